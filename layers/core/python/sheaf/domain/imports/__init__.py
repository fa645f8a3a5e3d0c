"""domain: the rules of bulk imports of tasks, projects, task assignments and time entries."""
