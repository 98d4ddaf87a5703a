"""What loads a mediator: its process, recipients with queues, senders with connections that stay open."""
