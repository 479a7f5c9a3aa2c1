/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.pagefault;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.backend.core.machine.Host;
import io.faultline.hwmodel.memory.GuestRam;
import java.util.Objects;

/**
 * The area as the series of 2021 has it.
 *
 * @since 0.1
 */
public final class StandardArea implements AreaAccess {
    private final Host host;
    private final GuestRam ram;
    private final ControlBlocks blocks;

    /**
     * Makes the areas of a machine.
     *
     * @param host the machine
     * @param blocks where the areas are
     */
    public StandardArea(Host host, ControlBlocks blocks) {
        this.host = Objects.requireNonNull(host, "host");
        this.ram = host.ram();
        this.blocks = Objects.requireNonNull(blocks, "blocks");
    }

    @Override
    public boolean isUsable(long address) {
        for (MemoryRegion region : host.request().memory()) {
            if (region.writable() && region.contains(address, BYTES)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public boolean isPresent(int vcpu) {
        return ram.isResident(blocks.area(vcpu));
    }

    @Override
    public boolean isFree(int vcpu) {
        return load(vcpu, REASON) == NONE && load(vcpu, TOKEN) == 0;
    }

    @Override
    public void write(int vcpu, int reason, long token) {
        store(vcpu, TOKEN, token);
        store(vcpu, REASON, reason);
    }

    @Override
    public void withdraw(int vcpu, int reason, long token) {
        if (blocks.isEnabled(vcpu) && isPresent(vcpu) && load(vcpu, REASON) == reason && load(vcpu, TOKEN) == token) {
            store(vcpu, REASON, NONE);
            store(vcpu, TOKEN, 0);
        }
    }

    private long load(int vcpu, long offset) {
        return ram.load(blocks.area(vcpu) + offset, AccessWidth.WORD);
    }

    private void store(int vcpu, long offset, long value) {
        ram.store(blocks.area(vcpu) + offset, AccessWidth.WORD, value);
    }
}
