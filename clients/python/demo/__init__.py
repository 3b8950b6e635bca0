"""The demo lender: 1,000 real loan applications decided through the public API."""
