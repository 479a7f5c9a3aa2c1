/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.migration;

import io.faultline.vmm.paging.PageSet;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;

/**
 * One message between origin and target. Bytes are in {@link FrameCodec}.
 *
 * @since 0.1
 */
public sealed interface Frame {
    /**
     * The origin says who it is; the first frame of every connection.
     *
     * @param session chosen by the origin; the same for all connections of one move
     * @param recovery true if the guest has been handed over already and only the connection is new
     * @param backend id of the backend
     * @param settings settings of the backend as {@code key=value,key=value}
     * @param wishes how the pages are to follow; the target may know better
     */
    record Hello(long session, boolean recovery, String backend, String settings, Wishes wishes) implements Frame {
        /** Checks for null. */
        public Hello {
            Objects.requireNonNull(backend, "backend");
            Objects.requireNonNull(settings, "settings");
            Objects.requireNonNull(wishes, "wishes");
        }
    }

    /**
     * How the origin would like the pages to follow.
     *
     * @param background whether pages are to come before the guest touches them
     * @param announce whether the guest is to be told of absent pages
     * @param latencyNanos virtual nanoseconds that a page takes, at least 0; empty for what the connection takes
     */
    record Wishes(boolean background, boolean announce, OptionalLong latencyNanos) {
        /** Checks for null. */
        public Wishes {
            Objects.requireNonNull(latencyNanos, "latencyNanos");
        }
    }

    /** The target is ready for what follows. */
    record Welcome() implements Frame {}

    /**
     * One side ends the move before the guest is handed over.
     *
     * @param reason one clause for people
     */
    record Refuse(String reason) implements Frame {
        /** Checks for null. */
        public Refuse {
            Objects.requireNonNull(reason, "reason");
        }
    }

    /**
     * A part of the guest's state.
     *
     * @param total length of the whole state in bytes
     * @param offset where this part begins
     * @param part the bytes; not to be changed
     */
    record State(int total, int offset, byte[] part) implements Frame {}

    /**
     * A part of the map of the pages that follow.
     *
     * @param runs pages by ascending address
     * @param last whether this is the last part
     */
    record Pages(List<PageSet.Run> runs, boolean last) implements Frame {
        /** Copies the list. */
        public Pages {
            runs = List.copyOf(runs);
        }
    }

    /** The target has the guest, and will run it when it is told to. */
    record Ready() implements Frame {}

    /**
     * The origin gives the guest away: it will not run it any more.
     *
     * @param pausedNanos how long the guest has stood still, in nanoseconds of the origin's host
     */
    record Go(long pausedNanos) implements Frame {}

    /** The guest runs at the target. */
    record Running() implements Frame {}

    /**
     * The target wants a page.
     *
     * @param page address of the page
     * @param urgent whether the guest waits for it
     */
    record Request(long page, boolean urgent) implements Frame {}

    /**
     * A page.
     *
     * @param page address of the page
     * @param content 4096 bytes, or none for a page of zeros; not to be changed
     */
    record Page(long page, byte[] content) implements Frame {}

    /**
     * A page cannot be supplied this time.
     *
     * @param page address of the page
     * @param reason one clause for people
     */
    record Failed(long page, String reason) implements Frame {
        /** Checks for null. */
        public Failed {
            Objects.requireNonNull(reason, "reason");
        }
    }

    /**
     * After a new connection, a part of the map of the pages that the target still misses.
     *
     * @param runs pages by ascending address
     * @param last whether this is the last part
     */
    record Missing(List<PageSet.Run> runs, boolean last) implements Frame {
        /** Copies the list. */
        public Missing {
            runs = List.copyOf(runs);
        }
    }

    /**
     * The target needs nothing more.
     *
     * @param complete true if it has all pages; false if the guest has ended before
     * @param text one clause for people
     */
    record End(boolean complete, String text) implements Frame {
        /** Checks for null. */
        public End {
            Objects.requireNonNull(text, "text");
        }
    }

    /** Somebody is still there. Carries nothing and may come at any time. */
    record Alive() implements Frame {}
}
