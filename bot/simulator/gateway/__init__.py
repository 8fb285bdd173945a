"""The gateway, v10 and v9 in JSON (Discord docs: Events > Gateway, Gateway Events): connections and their sessions."""
