"""The practice's own web app: Django, server-rendered, one database in the practice's data folder.

Each app has the same names: models, rules (pure), flows (one verb a user action), views, forms, urls, templates.
"""
