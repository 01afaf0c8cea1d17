"""What a client may ask: the GraphQL contract, a module per concept."""
