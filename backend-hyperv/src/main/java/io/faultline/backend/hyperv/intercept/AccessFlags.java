/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.intercept;

import io.faultline.api.state.StateElement;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.backend.core.frame.Frame;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.hyperv.hypercall.ForbiddenPages;
import io.faultline.backend.hyperv.overlay.OverlayMap;
import io.faultline.backend.hyperv.overlay.StandardOverlayMap;
import io.faultline.hwmodel.mmu.Stage2;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.TreeMap;

/**
 * How the guest may access pages of RAM: the access flags of the map of guest-physical addresses (hyperv.md 6.5).
 *
 * <p>A page of the hypervisor in the place of the guest's has flags of its own, which allow everything. Those of the guest's
 * page hold again when it is back.
 *
 * @since 0.1
 */
@Singleton
public final class AccessFlags implements OverlayMap, ForbiddenPages, StateElement {
    private final Host host;
    private final StandardOverlayMap overlays;
    /** Pages and what is allowed, unless it is everything: permissions of {@link Stage2}. */
    private final TreeMap<Long, Integer> flags = new TreeMap<>();

    @Inject
    AccessFlags(Host host, StandardOverlayMap overlays) {
        this.host = host;
        this.overlays = overlays;
    }

    /**
     * Returns what the guest may do.
     *
     * @param page address of a page, any value
     * @return permissions of {@link Stage2}
     */
    int of(long page) {
        return flags.getOrDefault(page, Stage2.ALL);
    }

    /** The guest may do less than everything, by what the VMM has said. */
    @Override
    public boolean isIntercepted(long page) {
        return flags.containsKey(page);
    }

    boolean isEmpty() {
        return flags.isEmpty();
    }

    /**
     * Says what the guest may do.
     *
     * @param page address of a page of RAM that the guest could write to
     * @param permissions permissions of {@link Stage2}
     */
    void set(long page, int permissions) {
        if (permissions == Stage2.ALL) {
            flags.remove(page);
        } else {
            flags.put(page, permissions);
        }
        if (!isOverlaid(page)) {
            host.stage2().permit(page, permissions);
        }
    }

    /** Everything is allowed. */
    void clear() {
        for (long page : flags.keySet()) {
            if (!isOverlaid(page)) {
                host.stage2().permit(page, Stage2.ALL);
            }
        }
        flags.clear();
    }

    private boolean isOverlaid(long page) {
        return host.stage2().physical(page) != page;
    }

    @Override
    public boolean show(long page, Frame frame) {
        boolean isRestricted = isIntercepted(page) && !isOverlaid(page);
        if (isRestricted) {
            host.stage2().permit(page, Stage2.ALL);
        }
        boolean isShown = overlays.show(page, frame);
        if (isRestricted && !isShown) {
            host.stage2().permit(page, of(page));
        }
        return isShown;
    }

    @Override
    public void hide(long page, Frame frame) {
        overlays.hide(page, frame);
        if (isIntercepted(page)) {
            host.stage2().permit(page, of(page));
        }
    }

    @Override
    public boolean isShown(long page, Frame frame) {
        return overlays.isShown(page, frame);
    }

    @Override
    public String stateName() {
        return "access";
    }

    /** Stage 2 is reset by the machine. */
    @Override
    public void reset() {
        clear();
    }

    @Override
    public void save(StateWriter writer) {
        long[] pages = new long[flags.size()];
        long[] allowed = new long[pages.length];
        int i = 0;
        for (Map.Entry<Long, Integer> entry : flags.entrySet()) {
            pages[i] = entry.getKey();
            allowed[i++] = entry.getValue();
        }
        writer.words("pages", pages);
        writer.words("allowed", allowed);
    }

    /** Stage 2 is restored already, and has to agree. */
    @Override
    public void restore(StateReader reader) {
        long[] pages = reader.words("pages");
        long[] allowed = reader.words("allowed", pages.length);
        flags.clear();
        for (int i = 0; i < pages.length; i++) {
            if (!host.ram().contains(pages[i]) || i > 0 && pages[i] <= pages[i - 1]) {
                throw reader.invalid("pages", "names 0x" + Long.toHexString(pages[i]) + ", which is no page of memory");
            }
            int effective = isOverlaid(pages[i]) ? Stage2.ALL : (int) allowed[i];
            if (allowed[i] < 0 || allowed[i] >= Stage2.ALL || host.stage2().permissions(pages[i]) != effective) {
                throw reader.invalid("allowed", "has " + allowed[i] + ", which is not what stage 2 has");
            }
            flags.put(pages[i], (int) allowed[i]);
        }
    }
}
