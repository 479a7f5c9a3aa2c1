/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.paging;

import io.faultline.backend.core.machine.Host;
import jakarta.inject.Inject;
import org.jspecify.annotations.Nullable;

/** Reads the pager's answers: at most a ring full in a call, whatever the pager claims to have written. */
final class Answers {
    private final Host host;
    private final EventRing ring;
    private final AnswerRules rules;
    private final PauseCounts pauses;
    private final Producers producers;
    private final PagedPages pages;
    private final PageLife life;
    private long ignored;

    @Inject
    Answers(
            Host host,
            EventRing ring,
            AnswerRules rules,
            PauseCounts pauses,
            Producers producers,
            PagedPages pages,
            PageLife life) {
        this.host = host;
        this.ring = ring;
        this.rules = rules;
        this.pauses = pauses;
        this.producers = producers;
        this.pages = pages;
        this.life = life;
    }

    long ignored() {
        return ignored;
    }

    /** Reads what is there. Each answer frees an entry, for which others may wait. */
    void read() {
        int count = ring.waitingAnswers();
        if (count < 0) {
            ignored++;
        }
        for (int i = 0; i < count; i++) {
            EventRing.Answer answer = ring.takeAnswer();
            if (isEffective(answer)) {
                apply(answer);
            } else {
                ignored++;
            }
            producers.wake(ring.available());
        }
    }

    private boolean isEffective(EventRing.Answer answer) {
        return rules.isGood(answer.version(), answer.vcpu(), host.vcpuCount())
                && rules.hasEffect(pauses.count(answer.vcpu()));
    }

    private void apply(EventRing.Answer answer) {
        if (answer.reason() == VmEvent.REASON_MEM_PAGING && (answer.pagingFlags() & VmEvent.DROP_PAGE) == 0) {
            pageIn(answer.gfn());
        }
        if ((answer.flags() & VmEvent.FLAG_SET_REGISTERS) != 0) {
            // On ARM that is the program counter alone.
            host.vcpu(answer.vcpu()).pe().pc(answer.pc());
        }
        if ((answer.flags() & VmEvent.FLAG_VCPU_PAUSED) != 0) {
            pauses.unpause(answer.vcpu());
        }
    }

    /** A page that was touched before it was evicted still has its frame. */
    private void pageIn(long gfn) {
        byte @Nullable [] frame = pages.frame(gfn);
        if (frame != null && pages.type(gfn) == PageType.PAGING_IN) {
            life.prepare(gfn, null);
        }
    }
}
