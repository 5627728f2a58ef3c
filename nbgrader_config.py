"""nbgrader: the learner's notebooks in exercises/ are generated from solutions/.

    nbgrader generate_assignment 01-sequences --no-db --force

The other folders of a course are under class/, which git ignores.
"""
c = get_config()  # noqa: F821  (nbgrader defines it)

c.CourseDirectory.course_id = "attention-by-hand"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "exercises"
c.CourseDirectory.submitted_directory = "class/submitted"
c.CourseDirectory.autograded_directory = "class/autograded"
c.CourseDirectory.feedback_directory = "class/feedback"
c.CourseDirectory.solution_directory = "class/solution"
c.Execute.timeout = 60
c.Execute.interrupt_on_timeout = True
c.OverwriteCells.add_missing_cells = True
