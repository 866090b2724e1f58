"""Many repositories, each judged by a process of its own, told as one."""
