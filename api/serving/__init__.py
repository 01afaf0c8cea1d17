"""How GraphQL is served: documents checked and kept, operations run, and carried over HTTP, event streams and sockets.

Our own transports, because each client mistake must get a clear answer of its own and no document may end a socket.
"""
