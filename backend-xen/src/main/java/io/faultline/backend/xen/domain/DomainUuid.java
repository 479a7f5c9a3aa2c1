/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.domain;

import java.nio.ByteBuffer;
import java.util.UUID;

/**
 * The UUID that a toolstack would choose at random for a domain; here it follows from the number, so that runs repeat.
 *
 * @since 0.1
 */
public final class DomainUuid {
    private static final long HIGH = 0x6661_756C_746C_4000L;
    private static final long LOW = 0x8000_0000_0000_0000L;

    private DomainUuid() {}

    /**
     * Returns the UUID of a domain.
     *
     * @param domain its number
     * @return the UUID, of version 4 by its form
     */
    public static UUID of(int domain) {
        return new UUID(HIGH, LOW | domain);
    }

    /**
     * Returns the UUID as xen_version gives it to the guest (xen.md 2.3, command 8).
     *
     * @param domain its number
     * @return 16 bytes in the order in which they are written
     */
    public static byte[] bytes(int domain) {
        UUID uuid = of(domain);
        return ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(uuid.getMostSignificantBits())
                .putLong(uuid.getLeastSignificantBits())
                .array();
    }
}
