"""The OpenAPI document, made of the routes and of the structs they read and answer with."""
