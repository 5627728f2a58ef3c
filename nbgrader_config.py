"""nbgrader grades what is handed in against solutions/; all that it writes is under class/, which git ignores.

`make sync` generates exercises/ from solutions/, with nbgrader's own preprocessors.
"""

c = get_config()  # noqa: F821  (nbgrader defines it)

c.CourseDirectory.course_id = "attention-by-hand"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "class/release"
c.CourseDirectory.submitted_directory = "class/submitted"
c.CourseDirectory.autograded_directory = "class/autograded"
c.CourseDirectory.feedback_directory = "class/feedback"
c.CourseDirectory.solution_directory = "class/solution"
c.Execute.timeout = 60
c.Execute.interrupt_on_timeout = True
c.OverwriteCells.add_missing_cells = True
