"""An incident: what happened, what to do now, by when. Pure rules over the incident's own append-only events.

The web app and the command line keep the events and call these rules; the documents print what they conclude.
"""
