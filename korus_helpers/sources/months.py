"""Names of the months, without a locale: for every room, and without pandas."""

# calendar.month_name follows the locale of the machine.
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
