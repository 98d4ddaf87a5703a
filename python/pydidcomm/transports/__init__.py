"""Transports: send and receive messages over HTTPS and WebSocket. DIDComm v2.1, section "Transports".

- `pydidcomm.transports.http`: `HttpTransport` sends packed messages over either. Extra: `http`.
- `pydidcomm.transports.websocket`: `WebSocketTransport`, one connection for many messages. Extra: `http`.
- `pydidcomm.transports.receiver`: an ASGI application that receives over either. It needs no extra.
- `pydidcomm.transports.wsgi`: the same for Flask and Django. It needs no extra.
- `pydidcomm.sync.network`: `HttpTransport` for programs without an event loop. Extra: `http`.
"""
