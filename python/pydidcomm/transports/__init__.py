"""Transports: messages over HTTPS and WebSocket, out and in. DIDComm v2.1, section "Transports".

- `pydidcomm.transports.http`: `HttpTransport` sends what `pack` returned, over either. Extra: `http`.
- `pydidcomm.transports.websocket`: `WebSocketTransport`, one connection for many messages. Extra: `http`.
- `pydidcomm.transports.receiver`: an ASGI application that receives over both. It needs no extra.
- `pydidcomm.transports.wsgi`: the same for Flask and Django. It needs no extra.
- `pydidcomm.sync.network`: `HttpTransport` for programs without an event loop. Extra: `http`.
"""
