/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm;

import io.faultline.vmm.MemoryErrorInjection.Notice;
import java.util.Objects;
import java.util.OptionalLong;

/**
 * What became of a memory error.
 *
 * @param address guest-physical address
 * @param notice how the guest was to notice
 * @param stage how far it got
 * @param raisedAfter after how many instructions of all vCPUs it happened; empty while it has not
 * @since 0.1
 */
public record MemoryErrorReport(long address, Notice notice, Stage stage, OptionalLong raisedAfter) {
    /** The life of a memory error. */
    public enum Stage {
        /** It has not happened yet. */
        WAITING,
        /** It has happened. */
        RAISED,
        /** The guest knows: it has acknowledged the error record, or has accessed the page. */
        NOTICED
    }

    /** Checks for null. */
    public MemoryErrorReport {
        Objects.requireNonNull(notice, "notice");
        Objects.requireNonNull(stage, "stage");
        Objects.requireNonNull(raisedAfter, "raisedAfter");
    }

    /**
     * Tells whether something is missing: the error did not happen, or the guest was told of it and did not listen.
     *
     * @return true if so; a lost page that nobody has accessed is no mistake
     */
    public boolean isMissed() {
        return stage == Stage.WAITING || notice == Notice.SDEI && stage == Stage.RAISED;
    }

    /**
     * Says what happened.
     *
     * @return one sentence for people, without a line break
     */
    public String message() {
        String error = "memory error at 0x" + Long.toHexString(address);
        if (stage == Stage.WAITING) {
            return error
                    + (notice == Notice.SDEI
                            ? " was not reported: the guest did not get so far, or has not enabled SDEI event "
                                    + VirtualMachine.MEMORY_ERROR_EVENT
                            : " did not happen: the guest did not get so far");
        }
        boolean noticed = stage == Stage.NOTICED;
        String after = " after " + raisedAfter.orElseThrow() + " instructions, ";
        return notice == Notice.SDEI
                ? error + " was reported by SDEI event " + VirtualMachine.MEMORY_ERROR_EVENT + after
                        + (noticed ? "and the guest acknowledged it" : "but the guest did not acknowledge it")
                : error + " took its page away" + after
                        + (noticed ? "and the guest ran into it" : "and the guest did not access it");
    }
}
