/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.pagefault;

import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import org.jspecify.annotations.Nullable;

/** The life of a fault as a table (async-page-fault.md, 11.2). What is not in the table does not happen. */
final class FaultLife {
    /** By state and event; null for what does not happen. */
    private static final @Nullable FaultState[][] TABLE = table(new Object[][] {
        {FaultState.STARTED, FaultEvent.ANNOUNCE, FaultState.ANNOUNCED},
        {FaultState.STARTED, FaultEvent.HIDE, FaultState.HIDDEN},
        //
        {FaultState.ANNOUNCED, FaultEvent.ARRIVE, FaultState.READY_QUEUED},
        {FaultState.ANNOUNCED, FaultEvent.DECLINE, FaultState.DECLINED},
        {FaultState.ANNOUNCED, FaultEvent.COVER, FaultState.COVERED_QUEUED},
        {FaultState.ANNOUNCED, FaultEvent.CANCEL, FaultState.ENDED_CANCELLED},
        //
        {FaultState.HIDDEN, FaultEvent.ARRIVE_SILENTLY, FaultState.ENDED_SILENT},
        {FaultState.HIDDEN, FaultEvent.ARRIVE, FaultState.UNTOLD_QUEUED},
        {FaultState.HIDDEN, FaultEvent.CANCEL, FaultState.ENDED_SILENT},
        //
        {FaultState.DECLINED, FaultEvent.ARRIVE_SILENTLY, FaultState.ENDED_CANCELLED},
        {FaultState.DECLINED, FaultEvent.CANCEL, FaultState.ENDED_CANCELLED},
        //
        {FaultState.READY_QUEUED, FaultEvent.SHOW, FaultState.READY_SHOWN},
        {FaultState.READY_QUEUED, FaultEvent.DECLINE, FaultState.ENDED_CANCELLED},
        {FaultState.READY_QUEUED, FaultEvent.COVER, FaultState.COVERED_QUEUED},
        {FaultState.READY_QUEUED, FaultEvent.CANCEL, FaultState.ENDED_CANCELLED},
        //
        {FaultState.COVERED_QUEUED, FaultEvent.SHOW, FaultState.ENDED_COVERED},
        {FaultState.COVERED_QUEUED, FaultEvent.CANCEL, FaultState.ENDED_CANCELLED},
        //
        {FaultState.READY_SHOWN, FaultEvent.ACKNOWLEDGE, FaultState.ENDED_READY},
        {FaultState.READY_SHOWN, FaultEvent.CANCEL, FaultState.ENDED_READY},
        //
        {FaultState.UNTOLD_QUEUED, FaultEvent.SHOW, FaultState.UNTOLD_SHOWN},
        {FaultState.UNTOLD_QUEUED, FaultEvent.CANCEL, FaultState.ENDED_SILENT},
        {FaultState.UNTOLD_SHOWN, FaultEvent.ACKNOWLEDGE, FaultState.ENDED_SILENT},
        {FaultState.UNTOLD_SHOWN, FaultEvent.CANCEL, FaultState.ENDED_SILENT},
    });

    private FaultLife() {}

    private static @Nullable FaultState[][] table(Object[][] rows) {
        @Nullable FaultState[][] table = new FaultState[FaultState.count()][FaultEvent.values().length];
        for (Object[] row : rows) {
            table[((FaultState) row[0]).ordinal()][((FaultEvent) row[1]).ordinal()] = (FaultState) row[2];
        }
        return table;
    }

    /** Whether an event is possible in a state. */
    static boolean allows(FaultState from, FaultEvent event) {
        return TABLE[from.ordinal()][event.ordinal()] != null;
    }

    /** The state after an event; a defect of the engine if the table has none. */
    static FaultState next(FaultState from, FaultEvent event) {
        FaultState to = TABLE[from.ordinal()][event.ordinal()];
        if (to == null) {
            throw new HypervisorException(
                    ErrorId.INTERNAL, event + " of a page fault in state " + from, "page fault engine", "");
        }
        return to;
    }
}
