"""What the tests share: parties, forged messages, servers, and programs that run as processes."""
