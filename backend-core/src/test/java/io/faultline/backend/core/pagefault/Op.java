/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.pagefault;

import java.util.ArrayList;
import java.util.List;

/**
 * One thing that can happen in a world. Makes sense or not; what makes no sense does nothing.
 *
 * @param kind what
 * @param vcpu where, if that matters
 * @param page which page, if that matters
 */
record Op(Kind kind, int vcpu, int page) {
    enum Kind {
        TOUCH_AS_USER,
        TOUCH_AS_KERNEL,
        TAKE,
        ANSWER_ASYNCHRONOUSLY,
        ANSWER_SYNCHRONOUSLY,
        CLEAR,
        CALL,
        MASK,
        ENABLE,
        DISABLE,
        RESET,
        LOSE,
        BREAK,
        ARRIVE,
        FAIL,
        EVICT,
        SOURCE,
        POLL,
        MIGRATE;

        boolean needsVcpu() {
            return ordinal() < ARRIVE.ordinal();
        }

        boolean needsPage() {
            return this == TOUCH_AS_USER
                    || this == TOUCH_AS_KERNEL
                    || ordinal() >= ARRIVE.ordinal() && ordinal() < POLL.ordinal();
        }
    }

    static List<Op> all(int vcpus, int pages) {
        List<Op> all = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            for (int vcpu = 0; vcpu < (kind.needsVcpu() ? vcpus : 1); vcpu++) {
                for (int page = 0; page < (kind.needsPage() ? pages : 1); page++) {
                    all.add(new Op(kind, vcpu, page));
                }
            }
        }
        return all;
    }

    @Override
    public String toString() {
        return kind + (kind.needsVcpu() ? " v" + vcpu : "") + (kind.needsPage() ? " p" + page : "");
    }

    /** Whether it can happen at all; what is left out would change nothing. */
    boolean isPossible(World world) {
        FakeGuest.View view = world.guest.view(vcpu);
        return switch (kind) {
            case TOUCH_AS_USER ->
                world.canRun(vcpu) && view.handling == 0 && world.pages[page] != World.Residency.RESIDENT;
            case TOUCH_AS_KERNEL -> world.canRun(vcpu) && world.pages[page] != World.Residency.RESIDENT;
            case TAKE, LOSE -> view.pending != 0 && view.handling == 0;
            case ANSWER_ASYNCHRONOUSLY, ANSWER_SYNCHRONOUSLY -> world.canRun(vcpu) && view.handling != 0;
            case CLEAR -> world.canRun(vcpu) && view.readyWord != 0;
            case CALL, ENABLE -> world.canRun(vcpu);
            case DISABLE -> world.canRun(vcpu) && world.engine.isEnabled(vcpu);
            case ARRIVE -> world.pages[page] != World.Residency.RESIDENT;
            case FAIL -> world.pages[page] == World.Residency.FETCHING;
            case EVICT -> world.pages[page] == World.Residency.RESIDENT;
            case SOURCE -> world.pages[page] != World.Residency.FETCHING;
            case MASK, RESET, BREAK, POLL, MIGRATE -> true;
        };
    }

    void apply(World world) {
        FakeGuest guest = world.guest;
        switch (kind) {
            case TOUCH_AS_USER -> world.touch(vcpu, page, false);
            case TOUCH_AS_KERNEL -> world.touch(vcpu, page, true);
            case TAKE -> guest.take(vcpu);
            case ANSWER_ASYNCHRONOUSLY -> guest.answer(vcpu, GuestReply.ASYNCHRONOUS);
            case ANSWER_SYNCHRONOUSLY -> guest.answer(vcpu, GuestReply.SYNCHRONOUS);
            case CLEAR -> guest.clearReady(vcpu);
            case CALL -> guest.call(vcpu);
            case MASK -> guest.view(vcpu).masked = !guest.view(vcpu).masked;
            case ENABLE -> guest.enable(vcpu);
            case DISABLE -> guest.disable(vcpu);
            case RESET -> world.reset(vcpu);
            case LOSE -> guest.lose(vcpu);
            case BREAK -> guest.view(vcpu).broken = !guest.view(vcpu).broken;
            case ARRIVE -> world.arrive(page);
            case FAIL -> world.fail(page);
            case EVICT -> world.evict(page);
            case SOURCE -> world.toggleSource(page);
            case POLL -> world.engine.poll();
            case MIGRATE -> world.migrate();
        }
    }
}
