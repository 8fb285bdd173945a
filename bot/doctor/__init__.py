"""What is right and what is wrong before `just up` meets it: `python -m bot.doctor`.

It looks and changes nothing, and needs neither the API nor the bot to run.
"""
