"""What the practice owns and relies on: devices, cards, online accounts, providers; import and export."""
