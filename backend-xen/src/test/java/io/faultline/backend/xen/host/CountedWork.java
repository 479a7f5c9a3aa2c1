/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.host;

import com.google.inject.AbstractModule;
import io.faultline.backend.core.frame.Frame;
import io.faultline.backend.xen.event.PortClosing;
import io.faultline.backend.xen.event.StandardClosing;
import io.faultline.backend.xen.event.abi.Interleaving;
import io.faultline.backend.xen.frame.GuestFrames;
import io.faultline.backend.xen.memory.PhysicalMap;
import jakarta.inject.Inject;
import org.jspecify.annotations.Nullable;

/** Counts the work that hypercalls make: ports closed and appended to queues, pages looked up and mapped. */
public final class CountedWork extends AbstractModule {
    private final Work work;

    /** The count, which somebody sets back. */
    public static final class Work {
        /** Pieces of work since it was set back. */
        public long done;
        /** What happens while an event is queued: guests execute then. */
        public Runnable meanwhile = () -> {};

        void queueing() {
            done++;
            meanwhile.run();
        }
    }

    public CountedWork(Work work) {
        this.work = work;
    }

    @Override
    protected void configure() {
        bind(Work.class).toInstance(work);
        bind(PhysicalMap.class).to(CountedMap.class);
        bind(GuestFrames.class).to(CountedFrames.class);
        bind(PortClosing.class).to(CountedClosing.class);
        bind(Interleaving.class).toInstance(new Interleaving() {
            @Override
            public void beforeQueueLock(int port) {
                work.queueing();
            }

            @Override
            public void beforeLinkWrite(int tail) {
                work.queueing();
            }
        });
    }

    private static final class CountedMap implements PhysicalMap {
        private final MachineMap map;
        private final Work work;

        @Inject
        CountedMap(MachineMap map, Work work) {
            this.map = map;
            this.work = work;
        }

        @Override
        public int map(long gfn, Frame frame) {
            work.done++;
            return map.map(gfn, frame);
        }

        @Override
        public boolean populate(long gfn) {
            work.done++;
            return map.populate(gfn);
        }

        @Override
        public boolean unmap(long gfn) {
            work.done++;
            return map.unmap(gfn);
        }

        @Override
        public long lastGfn() {
            return map.lastGfn();
        }
    }

    private static final class CountedFrames implements GuestFrames {
        private final MachineFrames frames;
        private final Work work;

        @Inject
        CountedFrames(MachineFrames frames, Work work) {
            this.frames = frames;
            this.work = work;
        }

        @Override
        public @Nullable Frame physical(long physical) {
            return frames.physical(physical);
        }

        @Override
        public @Nullable Frame ram(long gfn) {
            work.done++;
            return frames.ram(gfn);
        }
    }

    private static final class CountedClosing implements PortClosing {
        private final StandardClosing closing;
        private final Work work;

        @Inject
        CountedClosing(StandardClosing closing, Work work) {
            this.closing = closing;
            this.work = work;
        }

        @Override
        public void close(int port) {
            work.done++;
            closing.close(port);
        }
    }
}
