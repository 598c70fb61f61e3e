"""The practice's own HTTP server: address, certificate, server, single instance, scheduler.

It is given a WSGI application and knows nothing of Django.
"""
