/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.mutant;

import com.google.inject.Injector;
import io.faultline.backend.core.frame.Frame;
import io.faultline.backend.hyperv.synic.BufferKind;
import io.faultline.backend.hyperv.synic.BufferPool;
import io.faultline.backend.hyperv.synic.Controllers;
import io.faultline.backend.hyperv.synic.InterruptRequest;
import io.faultline.backend.hyperv.synic.MessageBuffer;
import io.faultline.backend.hyperv.synic.MessageQueues;
import io.faultline.backend.hyperv.synic.Sint;
import io.faultline.backend.hyperv.synic.Slot;
import io.faultline.backend.hyperv.synic.StandardMessageQueues;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;

/** Queues as the backend has them; a mutant changes some of it. Knows what waits where, as far as it was posted. */
class LikeQueues implements MessageQueues {
    final Injector parts;
    final MessageQueues right;
    private final Waiting waiting;

    /** What was posted and waits. */
    @Singleton
    static final class Waiting {
        private record Entry(int vcpu, int source, MessageBuffer buffer) {}

        private final List<Entry> entries = new ArrayList<>();
        private final StandardMessageQueues queues;

        @Inject
        Waiting(StandardMessageQueues queues) {
            this.queues = queues;
        }

        /** Messages that wait in a queue, the first of them first. */
        List<MessageBuffer> of(int vcpu, int source) {
            entries.removeIf(entry -> !entry.buffer().isQueued());
            return entries.stream()
                    .filter(entry -> entry.vcpu() == vcpu && entry.source() == source)
                    .map(Entry::buffer)
                    .toList();
        }

        private void add(int vcpu, int source, MessageBuffer buffer) {
            entries.removeIf(entry -> !entry.buffer().isQueued() || entry.buffer() == buffer);
            entries.add(new Entry(vcpu, source, buffer));
        }

        /** Forgets everything that waits for a vCPU. */
        void drop(int vcpu) {
            entries.removeIf(entry -> {
                if (entry.vcpu() == vcpu) {
                    queues.withdraw(entry.buffer());
                }
                return entry.vcpu() == vcpu;
            });
        }
    }

    LikeQueues(Injector parts) {
        this.parts = parts;
        right = parts.getInstance(StandardMessageQueues.class);
        waiting = parts.getInstance(Waiting.class);
    }

    @Override
    public void post(int vcpu, int source, MessageBuffer buffer) {
        place(vcpu, source, buffer);
    }

    private void place(int vcpu, int source, MessageBuffer buffer) {
        right.post(vcpu, source, buffer);
        waiting.add(vcpu, source, buffer);
    }

    @Override
    public void withdraw(MessageBuffer buffer) {
        right.withdraw(buffer);
    }

    @Override
    public void pool(BufferKind kind, BufferPool pool) {
        right.pool(kind, pool);
    }

    @Override
    public boolean isReceiving(int vcpu) {
        return right.isReceiving(vcpu);
    }

    final List<MessageBuffer> waiting(int vcpu, int source) {
        return waiting.of(vcpu, source);
    }

    /** Puts a message before some that wait, which stay in their order. */
    final void postBefore(int vcpu, int source, MessageBuffer buffer, List<MessageBuffer> others) {
        others.forEach(right::withdraw);
        place(vcpu, source, buffer);
        others.forEach(other -> place(vcpu, source, other));
    }

    final long sint(int vcpu, int source) {
        return parts.getInstance(Controllers.class).sint(vcpu, source);
    }

    final void interrupt(int vcpu, int source) {
        parts.getInstance(InterruptRequest.class).raise(vcpu, Sint.vector(sint(vcpu, source)));
    }

    final Frame page(int vcpu) {
        return parts.getInstance(Controllers.class).messages(vcpu).frame();
    }

    final int type(int vcpu, int source) {
        return page(vcpu).load32(Slot.at(source) + Slot.TYPE);
    }
}
