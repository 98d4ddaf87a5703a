// What both agents of Veramo have: keys, DIDs and messages, in memory.

import * as didcomm from "@veramo/did-comm";
import { DIDManager, MemoryDIDStore } from "@veramo/did-manager";
import { PeerDIDProvider, getResolver } from "@veramo/did-provider-peer";
import { DIDResolverPlugin } from "@veramo/did-resolver";
import { KeyManager, MemoryKeyStore, MemoryPrivateKeyStore } from "@veramo/key-manager";
import { KeyManagementSystem } from "@veramo/kms-local";
import { MessageHandler } from "@veramo/message-handler";
import { Resolver } from "did-resolver";

/** The plugins of an agent that handles trust pings, and messages as the handlers of a role do. */
export function plugins(...handlers) {
  return [
    new KeyManager({
      store: new MemoryKeyStore(),
      kms: { local: new KeyManagementSystem(new MemoryPrivateKeyStore()) },
    }),
    new DIDManager({
      providers: { "did:peer": new PeerDIDProvider({ defaultKms: "local" }) },
      store: new MemoryDIDStore(),
      defaultProvider: "did:peer",
    }),
    new DIDResolverPlugin({ resolver: new Resolver(getResolver()) }),
    new didcomm.DIDComm({ transports: [new didcomm.DIDCommHttpTransport()] }),
    new MessageHandler({
      messageHandlers: [
        new didcomm.DIDCommMessageHandler(),
        new didcomm.TrustPingMessageHandler(),
        ...handlers,
      ],
    }),
  ];
}
