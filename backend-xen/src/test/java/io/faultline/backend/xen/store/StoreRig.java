/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.store;

import io.faultline.backend.core.frame.Frame;
import io.faultline.backend.xen.ring.ByteRing;
import io.faultline.backend.xen.ring.Pages;
import io.faultline.backend.xen.ring.RingLayout;

/** A store of domain 5 with its guest. */
final class StoreRig {
    static final int DOMAIN = 5;
    static final String HOME = "/local/domain/5";
    static final long GFN = 0x39001;
    static final long UNSET = 0xBAD;

    final Frame page = new Pages().page(1);
    int signals;
    long parameter = UNSET;
    final GuestStore store;
    final StoreGuest guest;

    StoreRig() {
        this(StoreSettings.Presence.LIVE);
    }

    StoreRig(StoreSettings.Presence presence) {
        store = another(presence);
        guest = new StoreGuest(page, store::notified);
        store.reset();
        store.start();
    }

    /** Another store on the same page, to restore into. */
    GuestStore another(StoreSettings.Presence presence) {
        return new GuestStore(
                new StoreSettings(presence),
                DOMAIN,
                page,
                GFN,
                () -> signals++,
                number -> parameter = number,
                domain -> domain == 0 || domain == 7,
                new DomainNodes("guest", 262144, 2, new DomainNodes.Ring(GFN, 1), new DomainNodes.Ring(GFN - 1, 2)));
    }

    /** Gives the guest a directory of its own. */
    StoreRig withData() {
        guest.ask(MessageType.WRITE, "data/a|one");
        guest.ask(MessageType.WRITE, "data/a/b|two");
        guest.ask(MessageType.WRITE, "data/c|three");
        guest.events();
        return this;
    }

    /** A request to which nothing may happen. */
    void guestWritesUnheard() {
        byte[] bytes = new Message(MessageType.READ, 1, 0, StoreGuest.bytes("name\0")).toBytes();
        new ByteRing(page, RingLayout.STORE_REQUESTS).write(bytes, 0, bytes.length);
        store.notified();
        if (signals != 0 || page.load32(0x800) != 0) {
            throw new AssertionError("somebody listens");
        }
    }
}
