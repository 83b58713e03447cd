"""What Windows starts by itself: drivers, services, tasks, entries, WMI."""
