"""What people read: reports and letters, made from a check-up or an incident.

Templates and the data they need; nothing is judged here.
"""
