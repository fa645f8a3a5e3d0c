"""domain: bulk imports: the rules for files of tasks, projects, task assignments and time."""
