/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.migration;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.memory.PageRequest;
import io.faultline.api.memory.PageSink;
import io.faultline.vmm.paging.MemoryPageStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Pages for tests: page n is at n * 4096 and filled with n, but page 0 is zero. */
final class Pages implements PageSink {
    static final MemoryRegion MEMORY = MemoryRegion.ram(0, 0x100_0000);

    final List<String> log = new ArrayList<>();

    static MemoryPageStore store(int count) {
        MemoryPageStore store = new MemoryPageStore(List.of(MEMORY));
        for (int i = 0; i < count; i++) {
            store.put(page(i), content(i));
        }
        return store;
    }

    static long page(int number) {
        return 4096L * number;
    }

    static byte[] content(int number) {
        byte[] content = new byte[4096];
        Arrays.fill(content, (byte) number);
        return content;
    }

    static PageRequest request(int number, long now) {
        return new PageRequest(page(number), 0, AccessKind.READ, now);
    }

    @Override
    public void arrived(long page, byte[] content) {
        boolean right = Arrays.equals(content((int) (page / 4096)), content);
        log.add((right ? "" : "wrong ") + page / 4096);
    }

    @Override
    public void failed(long page, String reason) {
        log.add("failed " + page / 4096 + ": " + reason);
    }

    @Override
    public void poisoned(long page) {
        log.add("poisoned " + page / 4096);
    }

    /** What came since the last call. */
    List<String> taken() {
        List<String> taken = List.copyOf(log);
        log.clear();
        return taken;
    }
}
