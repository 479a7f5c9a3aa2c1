/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.vmbus;

import io.faultline.api.capability.Capabilities;
import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.machine.Machine;
import io.faultline.api.memory.GuestMemory;
import io.faultline.api.pagefault.AsyncPageFaults;
import io.faultline.api.state.StateElement;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.api.synic.SynicStatus;
import io.faultline.api.synic.SyntheticInterrupts;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The VMBus of a machine: it agrees with the guest on a version, offers channels, and takes part in their life (hyperv.md 7.4,
 * 7.5; HV-155 to HV-165).
 *
 * <p>A guest posts requests to connection 1, or 4 since protocol 5.0, and gets answers as messages at source 2 of the vCPU that
 * it named in its first request. A request that is none, or comes when it has no meaning, ends with the status INVALID_PARAMETER
 * of the hypercall. A contact ends what was before: that is how a kernel begins that was started by another one.
 *
 * <p>Not thread-safe: the guest's requests come on the thread that drives the machine, and between them {@link #exchange} does
 * what takes longer.
 *
 * @since 0.1
 */
public final class VmbusServer implements StateElement {
    /** The private peripheral interrupt that the machine's description names for the bus. */
    public static final int INTERRUPT = 18;

    /** Name of the section of a server's state. */
    public static final String SECTION = "vmbus";

    private static final int CONNECTION = 1;
    private static final int MULTI_CLIENT_CONNECTION = 4;
    private static final int UNKNOWN_FAILURE = 2;

    private final VmbusConfiguration configuration;
    private final GuestMemory memory;
    private final int vcpus;
    private final Outbox outbox;
    private final GpadlTable gpadls;
    private final List<Channel> channels = new ArrayList<>();
    /** What was agreed on; null while the guest is not connected. */
    private @Nullable VmbusVersion version;

    private boolean offered;
    private long requests;
    private long refused;

    VmbusServer(
            VmbusConfiguration configuration,
            SyntheticInterrupts synic,
            GuestMemory memory,
            Optional<AsyncPageFaults> faults,
            int vcpus) {
        this.configuration = configuration;
        this.memory = memory;
        this.vcpus = vcpus;
        this.outbox = new Outbox(synic);
        this.gpadls = new GpadlTable(memory, configuration.echoChannels());
        for (int relid = 1; relid <= configuration.echoChannels(); relid++) {
            Channel channel = new Channel(relid, vcpus, synic, memory, faults, gpadls);
            channels.add(channel);
            synic.connect(Channel.FIRST_CONNECTION + relid, 1, flag -> channel.signal());
        }
        synic.connect(CONNECTION, (type, payload) -> received(CONNECTION, type, payload));
        synic.connect(MULTI_CLIENT_CONNECTION, (type, payload) -> received(MULTI_CLIENT_CONNECTION, type, payload));
    }

    /**
     * Gives a machine its VMBus.
     *
     * @param machine a machine that has none yet
     * @param configuration what it is like
     * @return the server; empty if the machine is to have none
     * @throws HypervisorException with PLAN_REFUSED if it is to have one and cannot
     */
    public static Optional<VmbusServer> of(Machine machine, VmbusConfiguration configuration) {
        if (configuration.presence() == VmbusConfiguration.Presence.NONE) {
            return Optional.empty();
        }
        Optional<SyntheticInterrupts> synic = machine.syntheticInterrupts();
        if (synic.isEmpty() && configuration.presence() == VmbusConfiguration.Presence.REQUIRED) {
            throw new HypervisorException(
                    ErrorId.PLAN_REFUSED,
                    "the guest is to have a VMBus, and this backend has no synthetic interrupt controllers",
                    "",
                    "use a backend with the capability " + Capabilities.SYNIC.id());
        }
        return synic.map(present -> new VmbusServer(
                configuration,
                present,
                machine.memory(),
                machine.asyncPageFaults(),
                machine.vcpus().size()));
    }

    /**
     * Gives a machine the VMBus of a guest that comes from elsewhere. The state of the machine is to be restored before that of
     * the server, and both before anything runs.
     *
     * @param machine a machine that has none yet
     * @param state what {@link #save} wrote into its own section
     * @return the server, which does not have the state yet
     * @throws HypervisorException with INVALID_STATE if the state makes no sense, with PLAN_REFUSED if the machine cannot have
     *     a VMBus
     */
    public static VmbusServer of(Machine machine, StateReader state) {
        return of(machine, VmbusConfiguration.restore(state)).orElseThrow();
    }

    /**
     * Goes on with what is to be done: answers for which there was no buffer, packets in rings, interrupts.
     *
     * @return true if something was done that a vCPU may wait for
     */
    public boolean exchange() {
        boolean moved = outbox.pump();
        for (int i = 0; i < channels.size(); i++) {
            moved |= channels.get(i).exchange();
        }
        return moved;
    }

    /**
     * Returns how many requests were taken.
     *
     * @return a count since the server was made
     */
    public long requests() {
        return requests;
    }

    /**
     * Returns how many requests were no request, or had no meaning.
     *
     * @return a count since the server was made
     */
    public long refused() {
        return refused;
    }

    /**
     * Returns how many packets were sent back.
     *
     * @return a count since the server was made
     */
    public long packets() {
        return channels.stream().mapToLong(Channel::packets).sum();
    }

    /**
     * Returns how often a channel has interrupted the guest.
     *
     * @return a count since the server was made
     */
    public long interrupts() {
        return channels.stream().mapToLong(Channel::interrupts).sum();
    }

    /** Answers that wait for a buffer. */
    int waiting() {
        return outbox.size();
    }

    /** Lists of pages that there are. */
    int lists() {
        return gpadls.size();
    }

    private SynicStatus received(int connection, int type, byte[] payload) {
        ByteBuffer request = GuestMessage.view(payload);
        GuestMessage kind = type == HostMessage.MESSAGE_TYPE ? GuestMessage.of(request) : null;
        SynicStatus status = kind == null ? SynicStatus.INVALID_PARAMETER : take(connection, kind, request);
        if (status == SynicStatus.SUCCESS) {
            requests++;
        } else if (status == SynicStatus.INVALID_PARAMETER) {
            refused++;
        }
        return status;
    }

    private SynicStatus take(int connection, GuestMessage kind, ByteBuffer request) {
        if (kind == GuestMessage.INITIATE_CONTACT) {
            return contact(connection, request);
        }
        if (kind == GuestMessage.UNLOAD) {
            return unload();
        }
        VmbusVersion agreed = version;
        if (agreed == null && kind == GuestMessage.RELID_RELEASED) {
            // Linux takes its devices apart when it has left the bus.
            return SynicStatus.SUCCESS;
        }
        if (agreed == null || connection != connection(agreed)) {
            return SynicStatus.INVALID_PARAMETER;
        }
        // A guest that asks faster than it listens has to try again.
        if (!outbox.hasRoom(kind == GuestMessage.REQUEST_OFFERS ? channels.size() + 1 : 1)) {
            return SynicStatus.INSUFFICIENT_BUFFERS;
        }
        return switch (kind) {
            case REQUEST_OFFERS -> offer();
            case OPEN_CHANNEL -> open(request);
            case CLOSE_CHANNEL -> close(request);
            case GPADL_HEADER -> share(request);
            case GPADL_BODY -> shareMore(request);
            case GPADL_TEARDOWN -> unshare(request);
            case RELID_RELEASED -> release(request);
            case MODIFY_CHANNEL -> move(agreed, request);
            default -> SynicStatus.INVALID_PARAMETER;
        };
    }

    private static int connection(VmbusVersion version) {
        return VmbusVersion.namesSource(version.code()) ? MULTI_CLIENT_CONNECTION : CONNECTION;
    }

    private SynicStatus contact(int connection, ByteBuffer request) {
        int code = request.getInt(8);
        int vcpu = request.getInt(12);
        boolean names = VmbusVersion.namesSource(code);
        int source = names ? Byte.toUnsignedInt(request.get(16)) : Outbox.SOURCE;
        boolean trusted = !names || request.get(17) == 0;
        if (vcpu < 0 || vcpu >= vcpus) {
            return SynicStatus.INVALID_VP_INDEX;
        }
        if (source >= SyntheticInterrupts.SOURCES) {
            return SynicStatus.INVALID_PARAMETER;
        }
        VmbusVersion asked = VmbusVersion.of(code)
                .filter(configuration.versions()::contains)
                .filter(known -> trusted && connection == connection(known))
                .orElse(null);
        if (asked == null && configuration.refusal() == VmbusConfiguration.Refusal.STATUS) {
            return SynicStatus.INVALID_CONNECTION_ID;
        }
        disconnect();
        int last = names ? MULTI_CLIENT_CONNECTION : code;
        if (source != Outbox.SOURCE) {
            outbox.refuseAt(vcpu, source, HostMessage.versionResponse(false, 0, last));
            return SynicStatus.SUCCESS;
        }
        outbox.listenAt(vcpu);
        // The bus uses no monitor pages. A guest has two of them or none.
        boolean monitors = request.getLong(24) == 0 == (request.getLong(32) == 0);
        if (asked != null && monitors) {
            version = asked;
        }
        outbox.send(HostMessage.versionResponse(asked != null, monitors ? 0 : UNKNOWN_FAILURE, last));
        return SynicStatus.SUCCESS;
    }

    private void disconnect() {
        version = null;
        offered = false;
        channels.forEach(Channel::reset);
        gpadls.reset();
        outbox.clear();
    }

    private SynicStatus unload() {
        if (!outbox.isListening()) {
            return SynicStatus.INVALID_PARAMETER;
        }
        if (version != null) {
            disconnect();
        } else if (!outbox.hasRoom(1)) {
            return SynicStatus.INSUFFICIENT_BUFFERS;
        }
        outbox.send(HostMessage.unloadResponse());
        return SynicStatus.SUCCESS;
    }

    private SynicStatus offer() {
        if (offered) {
            return SynicStatus.INVALID_PARAMETER;
        }
        offered = true;
        channels.forEach(channel -> outbox.send(channel.offer(configuration.type())));
        outbox.send(HostMessage.allOffersDelivered());
        return SynicStatus.SUCCESS;
    }

    /** The channel that a request names; null if it was not offered or is gone. */
    private @Nullable Channel channel(ByteBuffer request) {
        int relid = request.getInt(8);
        Channel named = offered && relid >= 1 && relid <= channels.size() ? channels.get(relid - 1) : null;
        return named == null || named.isReleased() ? null : named;
    }

    private SynicStatus open(ByteBuffer request) {
        Channel channel = channel(request);
        if (channel == null) {
            return SynicStatus.INVALID_PARAMETER;
        }
        Gpadl pages = gpadls.find(request.getInt(16));
        boolean opened = pages != null && channel.open(pages, request.getInt(24), request.getInt(20));
        outbox.send(HostMessage.openResult(request.getInt(8), request.getInt(12), opened ? 0 : HostMessage.FAILURE));
        return SynicStatus.SUCCESS;
    }

    private SynicStatus close(ByteBuffer request) {
        Channel channel = channel(request);
        if (channel == null || !channel.isOpen()) {
            return SynicStatus.INVALID_PARAMETER;
        }
        channel.close();
        return SynicStatus.SUCCESS;
    }

    private SynicStatus share(ByteBuffer request) {
        Channel channel = channel(request);
        int relid = request.getInt(8);
        int handle = request.getInt(12);
        int bytes = Short.toUnsignedInt(request.getShort(16));
        int ranges = Short.toUnsignedInt(request.getShort(18));
        if (channel == null || ranges == 0 || bytes == 0 || bytes % Long.BYTES != 0) {
            return SynicStatus.INVALID_PARAMETER;
        }
        int length = bytes / Long.BYTES;
        if (gpadls.find(handle) != null || !gpadls.hasRoom(length)) {
            outbox.send(HostMessage.gpadlCreated(relid, handle, HostMessage.FAILURE));
            return SynicStatus.SUCCESS;
        }
        Gpadl gpadl = new Gpadl(handle, relid, ranges, length);
        if (!gpadl.add(request, 20)) {
            return SynicStatus.INVALID_PARAMETER;
        }
        gpadls.add(gpadl);
        finish(gpadl);
        return SynicStatus.SUCCESS;
    }

    private SynicStatus shareMore(ByteBuffer request) {
        Gpadl gpadl = gpadls.find(request.getInt(12));
        if (gpadl == null || gpadl.isComplete() || !gpadl.add(request, 16)) {
            return SynicStatus.INVALID_PARAMETER;
        }
        finish(gpadl);
        return SynicStatus.SUCCESS;
    }

    private void finish(Gpadl gpadl) {
        if (gpadl.isComplete()) {
            boolean sound = gpadl.isSound(memory);
            if (!sound) {
                gpadls.remove(gpadl);
            }
            outbox.send(HostMessage.gpadlCreated(gpadl.relid(), gpadl.handle(), sound ? 0 : HostMessage.FAILURE));
        }
    }

    private SynicStatus unshare(ByteBuffer request) {
        Gpadl gpadl = gpadls.find(request.getInt(12));
        if (gpadl == null || gpadl.relid() != request.getInt(8) || isInUse(gpadl)) {
            return SynicStatus.INVALID_PARAMETER;
        }
        gpadls.remove(gpadl);
        outbox.send(HostMessage.gpadlTornDown(gpadl.handle()));
        return SynicStatus.SUCCESS;
    }

    private boolean isInUse(Gpadl gpadl) {
        return channels.get(gpadl.relid() - 1).uses(gpadl);
    }

    private SynicStatus release(ByteBuffer request) {
        Channel channel = channel(request);
        return channel != null && channel.release() ? SynicStatus.SUCCESS : SynicStatus.INVALID_PARAMETER;
    }

    private SynicStatus move(VmbusVersion agreed, ByteBuffer request) {
        Channel channel = channel(request);
        if (channel == null || !agreed.movesChannels()) {
            return SynicStatus.INVALID_PARAMETER;
        }
        boolean moved = channel.move(request.getInt(12));
        if (agreed.answersMoves()) {
            outbox.send(HostMessage.modifyResponse(request.getInt(8), moved ? 0 : HostMessage.FAILURE));
            return SynicStatus.SUCCESS;
        }
        return moved ? SynicStatus.SUCCESS : SynicStatus.INVALID_PARAMETER;
    }

    @Override
    public String stateName() {
        return SECTION;
    }

    @Override
    public void reset() {
        disconnect();
        outbox.reset();
    }

    @Override
    public void save(StateWriter writer) {
        VmbusVersion agreed = version;
        configuration.save(writer);
        writer.word("version", agreed == null ? 0 : agreed.code());
        writer.flag("offered", offered);
        writer.element(outbox);
        writer.element(gpadls);
        channels.forEach(writer::element);
    }

    @Override
    public void restore(StateReader reader) {
        VmbusConfiguration saved = VmbusConfiguration.restore(reader);
        if (saved.echoChannels() != configuration.echoChannels()) {
            throw reader.invalid(
                    "echo-channels",
                    "is " + saved.echoChannels() + ", and this bus has " + configuration.echoChannels() + " channels");
        }
        disconnect();
        int code = (int) reader.word("version", 0, 0xFFFF_FFFFL);
        version = code == 0
                ? null
                : VmbusVersion.of(code).orElseThrow(() -> reader.invalid("version", "is none that this bus knows"));
        offered = reader.flag("offered");
        reader.element(outbox);
        if (version != null && !outbox.isListening()) {
            throw reader.invalid("version", "is agreed on, and nobody listens");
        }
        reader.element(gpadls);
        for (Channel channel : channels) {
            reader.element(channel);
        }
    }
}
