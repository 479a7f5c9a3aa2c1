/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.synic;

import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.backend.core.frame.Frame;
import io.faultline.backend.hyperv.part.PartitionPart;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A queue of each source of each vCPU, in which buffers are linked to each other, and the delivery from its head (hyperv.md
 * 3.5). A message is looked for in no other way than from its buffer, and nothing is allocated.
 *
 * @since 0.1
 */
@Singleton
public final class StandardMessageQueues implements MessageQueues, PartitionPart {
    private final Controllers controllers;
    private final SourceRules rules;
    private final ScanRules scans;
    private final SlotCheck check;
    private final SlotWriter writer;
    private final InterruptRequest interrupts;
    private final Interleaving interleaving;

    private final @Nullable MessageBuffer[] heads;
    private final @Nullable MessageBuffer[] tails;
    /** For each vCPU, a bit for each source with messages. */
    private final int[] waiting;

    private final Map<BufferKind, BufferPool> pools = new EnumMap<>(BufferKind.class);

    @Inject
    StandardMessageQueues(
            Controllers controllers,
            SourceRules rules,
            ScanRules scans,
            SlotCheck check,
            SlotWriter writer,
            InterruptRequest interrupts,
            Interleaving interleaving) {
        this.controllers = controllers;
        this.rules = rules;
        this.scans = scans;
        this.check = check;
        this.writer = writer;
        this.interrupts = interrupts;
        this.interleaving = interleaving;
        heads = new MessageBuffer[controllers.count() * Sint.COUNT];
        tails = new MessageBuffer[heads.length];
        waiting = new int[controllers.count()];
    }

    @Override
    public void post(int vcpu, int source, MessageBuffer buffer) {
        append(vcpu * Sint.COUNT + source, buffer);
        scan(vcpu, source);
    }

    @Override
    public boolean isReceiving(int vcpu) {
        return controllers.takesMessages(vcpu);
    }

    @Override
    public void pool(BufferKind kind, BufferPool pool) {
        pools.put(kind, pool);
    }

    /** EOM of a vCPU: its own queues, and no other's (HV-074). */
    void endOfMessage(int vcpu) {
        scanAll(vcpu, scans.atEndOfMessage(waiting[vcpu]));
    }

    /** The page or the controller may have become enabled. */
    void enabled(int vcpu) {
        scanAll(vcpu, scans.atEnable(waiting[vcpu]));
    }

    void unmasked(int vcpu, int source) {
        scanAll(vcpu, scans.atUnmask(source, waiting[vcpu]));
    }

    private void scanAll(int vcpu, int sources) {
        for (int left = sources; left != 0; left &= left - 1) {
            scan(vcpu, Integer.numberOfTrailingZeros(left));
        }
    }

    /** One slot takes one message: what is behind it waits for the guest, also if that is quick. */
    private void scan(int vcpu, int source) {
        long sint = controllers.sint(vcpu, source);
        MessageBuffer head = heads[vcpu * Sint.COUNT + source];
        if (head == null || !controllers.takesMessages(vcpu) || !rules.takesMessages(sint)) {
            return;
        }
        Frame page = controllers.messages(vcpu).frame();
        if (!check.isFree(page, source)) {
            return;
        }
        head.owner().placing(head);
        unlink(head);
        writer.write(page, source, head, heads[vcpu * Sint.COUNT + source] != null);
        interleaving.beforeInterrupt(page, source);
        if (rules.interrupts(sint)) {
            interrupts.raise(vcpu, Sint.vector(sint));
        }
        head.owner().released(head);
    }

    private void append(int queue, MessageBuffer buffer) {
        if (buffer.isQueued()) {
            throw new IllegalStateException("a buffer has one message at a time");
        }
        MessageBuffer tail = tails[queue];
        if (tail == null) {
            heads[queue] = buffer;
            waiting[queue / Sint.COUNT] |= 1 << queue % Sint.COUNT;
        } else {
            tail.next = buffer;
        }
        buffer.previous = tail;
        buffer.next = null;
        buffer.queue = queue;
        tails[queue] = buffer;
    }

    @Override
    public void withdraw(MessageBuffer buffer) {
        if (buffer.isQueued()) {
            unlink(buffer);
        }
    }

    private void unlink(MessageBuffer buffer) {
        int queue = buffer.queue;
        MessageBuffer before = buffer.previous;
        MessageBuffer after = buffer.next;
        if (before == null) {
            heads[queue] = after;
        } else {
            before.next = after;
        }
        if (after == null) {
            tails[queue] = before;
        } else {
            after.previous = before;
        }
        if (heads[queue] == null) {
            waiting[queue / Sint.COUNT] &= ~(1 << queue % Sint.COUNT);
        }
        buffer.unlinked();
    }

    @Override
    public String stateName() {
        return "queues";
    }

    /** Buffers are free again without their owners being told: they are reset, too. */
    @Override
    public void reset() {
        for (int i = 0; i < controllers.count(); i++) {
            resetVcpu(i);
        }
    }

    @Override
    public void resetVcpu(int vcpu) {
        for (int source = 0; source < Sint.COUNT; source++) {
            MessageBuffer head = heads[vcpu * Sint.COUNT + source];
            while (head != null) {
                unlink(head);
                head = heads[vcpu * Sint.COUNT + source];
            }
        }
    }

    @Override
    public void save(StateWriter state) {
        int count = 0;
        int bytes = 0;
        for (MessageBuffer head : heads) {
            for (MessageBuffer buffer = head; buffer != null; buffer = buffer.next) {
                count++;
                bytes += buffer.size();
            }
        }
        SavedMessages saved = new SavedMessages(count, bytes);
        for (MessageBuffer head : heads) {
            for (MessageBuffer buffer = head; buffer != null; buffer = buffer.next) {
                saved.add(buffer);
            }
        }
        saved.save(state);
    }

    @Override
    public void restore(StateReader state) {
        reset();
        SavedMessages saved = SavedMessages.restore(state, heads.length);
        for (int i = 0; i < saved.count(); i++) {
            BufferPool pool = pools.get(saved.kind(i));
            int queue = saved.queue(i);
            MessageBuffer buffer =
                    pool == null ? null : pool.take(queue / Sint.COUNT, queue % Sint.COUNT, saved.key(i));
            if (buffer == null || buffer.isQueued()) {
                throw state.invalid("keys", "has a message of somebody who has no buffer for it");
            }
            saved.fill(i, buffer);
            append(queue, buffer);
        }
    }
}
