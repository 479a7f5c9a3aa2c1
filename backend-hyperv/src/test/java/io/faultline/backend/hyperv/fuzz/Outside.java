/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.fuzz;

import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.synic.Connection;
import io.faultline.api.synic.EventPort;
import io.faultline.api.synic.MessagePort;
import io.faultline.api.synic.SynicPort;
import io.faultline.api.synic.SynicStatus;
import io.faultline.api.synic.SyntheticInterrupts;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The VMM of a machine: ports and connections, what comes to it, and what it does then. Once for the machine, once for the model. */
final class Outside implements Model.Outside {
    private static final int LAST_ID = 0xFF_FFFF;
    /** What the VMM is told if a port or identifier is not to be had. */
    private static final long CONFLICT = -2;

    private static final long INVALID = -3;

    private final FuzzWorld world;
    private final int index;
    private final Map<Integer, Connection> handles = new TreeMap<>();
    /** Of which connections the model has handles. After a restore nobody has one of what is part of the state. */
    private final Map<Integer, SynicModel.Connection> held = new TreeMap<>();

    private final Deque<Reaction> plans = new ArrayDeque<>();
    private final Deque<Reaction> modelled = new ArrayDeque<>();
    /** What the machine has told the VMM, and what the VMM was told when it reacted. */
    private final List<Object> told = new ArrayList<>();

    private final List<Object> expected = new ArrayList<>();

    Outside(FuzzWorld world, int index) {
        this.world = world;
        this.index = index;
    }

    private FuzzMachine machine() {
        return world.machine(index);
    }

    private SynicModel model() {
        return machine().model.synic;
    }

    private SyntheticInterrupts side() {
        return machine().machine().syntheticInterrupts().orElseThrow();
    }

    /** The machine is new, or has taken over the state of another one: what belongs to the VMM is made again. */
    void attach() {
        handles.clear();
        held.clear();
        // Nobody can connect anything with a machine that is gone.
        model().connections.values().removeIf(connection -> !world.isAlive(connection.to()));
        for (Map.Entry<Integer, SynicModel.Connection> entry :
                model().connections.entrySet()) {
            connect(entry.getKey(), entry.getValue());
        }
        // Those of others lead to a machine that is closed.
        for (int i = 0; i < world.machines(); i++) {
            if (i != index) {
                world.outside(i).lead(model());
            }
        }
    }

    private void lead(SynicModel to) {
        for (Map.Entry<Integer, SynicModel.Connection> entry :
                model().connections.entrySet()) {
            if (entry.getValue().to() == to) {
                Connection before = handles.remove(entry.getKey());
                if (before != null) {
                    before.close();
                }
                connect(entry.getKey(), entry.getValue());
            }
        }
    }

    /** What leads to a port of the machine itself is part of its state. */
    private void connect(int id, SynicModel.Connection connection) {
        SyntheticInterrupts synic = side();
        SynicModel to = connection.to();
        if (to != model()) {
            held.put(id, connection);
        }
        if (to == null) {
            handles.put(id, listen(synic, id, connection.flags()));
        } else if (to != model()) {
            handles.put(id, synic.connect(id, world.outside(world.indexOf(to)).anyPort(connection.port())));
        }
    }

    /** A handle of a port, if need be of one that is made for it: a handle names an identifier. */
    private SynicPort anyPort(int id) {
        SyntheticInterrupts synic = side();
        SynicPort port = existing(synic, id);
        if (port == null) {
            port = synic.createMessagePort(id, 0, 0);
            port.close();
        }
        return port;
    }

    private static @Nullable SynicPort existing(SyntheticInterrupts synic, int id) {
        Optional<MessagePort> messages = synic.messagePort(id);
        return messages.isPresent() ? messages.get() : synic.eventPort(id).orElse(null);
    }

    private Connection listen(SyntheticInterrupts synic, int id, int flags) {
        return flags == 0
                ? synic.connect(id, (type, payload) -> {
                    told.add(said(id, type, payload));
                    return really();
                })
                : synic.connect(id, flags, flag -> {
                    told.add(id + " is signalled " + flag);
                    really();
                });
    }

    private static String said(int connection, int type, byte... payload) {
        return connection + " has message " + type + " of " + payload.length + " bytes " + Arrays.hashCode(payload);
    }

    void plan(Reaction reaction) {
        if (plans.size() < 8) {
            plans.add(reaction);
            modelled.add(reaction);
        }
    }

    /** Says what the VMM was told that it should not have been told; null if it is as it must be. */
    @Nullable
    String wrong() {
        if (told.isEmpty() && expected.isEmpty()) {
            return null;
        }
        if (told.equals(expected)) {
            told.clear();
            expected.clear();
            return null;
        }
        return "the VMM is told " + told + " instead of " + expected;
    }

    // What the VMM does by itself.

    /** Does it, here and in the model; returns what the VMM is told. */
    long apply(Step step) {
        long expectation = modelled(step);
        long answer;
        try {
            answer = really(step);
        } catch (HypervisorException refused) {
            if (refused.id() != ErrorId.RESOURCE_CONFLICT && refused.id() != ErrorId.INVALID_ARGUMENT) {
                throw refused;
            }
            answer = refused.id() == ErrorId.RESOURCE_CONFLICT ? CONFLICT : INVALID;
        }
        if (answer != expectation) {
            throw new FuzzWorld.Broken("the VMM is told " + answer + " instead of " + expectation);
        }
        return answer;
    }

    private static long mask(long id) {
        return id & 0xFFFF_FFFFL;
    }

    private static boolean isId(long id) {
        return id >= 0 && id <= LAST_ID;
    }

    private long really(Step step) {
        SyntheticInterrupts synic = side();
        long[] values = step.values();
        int id = (int) values[1];
        return switch (step.kind()) {
            case MESSAGE_PORT -> {
                synic.createMessagePort(id, (int) values[2], (int) values[3]);
                yield 0;
            }
            case EVENT_PORT -> {
                synic.createEventPort(id, (int) values[2], (int) values[3], (int) values[4], (int) values[5]);
                yield 0;
            }
            case CLOSE_PORT -> {
                synic.messagePort(id).ifPresent(MessagePort::close);
                synic.eventPort(id).ifPresent(EventPort::close);
                yield 0;
            }
            case CONNECT -> {
                boolean isMachine = values[2] >= 0 && values[2] < world.machines() && isId(values[3]);
                if (isMachine) {
                    handles.put(
                            id, synic.connect(id, world.outside((int) values[2]).anyPort((int) values[3])));
                }
                yield 0;
            }
            case LISTEN -> {
                handles.put(id, listen(synic, id, (int) values[2]));
                yield 0;
            }
            case DISCONNECT -> {
                Connection connection = handles.remove(id);
                if (connection != null) {
                    connection.close();
                }
                yield 0;
            }
            case POST -> post(synic, id, (int) values[2], content(values[3], values[4]));
            case SIGNAL -> signal(synic, id, (int) values[2]);
            case DIRECT -> synic.signal(id, (int) values[2], (int) values[3]).code();
            default -> throw new IllegalArgumentException(step.toString());
        };
    }

    private static long post(SyntheticInterrupts synic, int id, int type, byte... payload) {
        Optional<MessagePort> port = synic.messagePort(id);
        if (port.isEmpty()) {
            return 0x11;
        }
        long status = port.get().post(type, payload).code();
        return status | (long) port.get().waiting() << 32;
    }

    private static long signal(SyntheticInterrupts synic, int id, int flag) {
        return synic.eventPort(id).map(port -> port.signal(flag).code()).orElse(0x11);
    }

    static byte[] content(long length, long seed) {
        byte[] content = new byte[(int) Math.min(Math.max(length, 0), 300)];
        for (int i = 0; i < content.length; i++) {
            content[i] = (byte) (seed + 31L * i + 1);
        }
        return content;
    }

    private long modelled(Step step) {
        long[] values = step.values();
        int id = (int) values[1];
        SynicModel model = model();
        return switch (step.kind()) {
            case MESSAGE_PORT -> create(id, false, (int) values[2], (int) values[3], 0, 0);
            case EVENT_PORT -> create(id, true, (int) values[2], (int) values[3], (int) values[4], (int) values[5]);
            case CLOSE_PORT -> {
                SynicModel.Port port = model.ports.get(id);
                if (port != null) {
                    model.close(port);
                }
                yield 0;
            }
            case CONNECT -> {
                boolean isMachine = values[2] >= 0 && values[2] < world.machines() && isId(values[3]);
                yield isMachine
                        ? connection(
                                id,
                                new SynicModel.Connection(
                                        world.machine((int) values[2]).model.synic, (int) values[3], 0))
                        : 0;
            }
            case LISTEN ->
                values[2] < 0 || values[2] > SynicModel.FLAGS
                        ? INVALID
                        : connection(id, new SynicModel.Connection(null, 0, (int) values[2]));
            case DISCONNECT -> {
                // It may be another one by now, made by the guest.
                model.connections.remove(id, held.remove(id));
                yield 0;
            }
            case POST -> modelPost(id, (int) values[2], content(values[3], values[4]));
            case SIGNAL -> modelSignal(id, (int) values[2]);
            case DIRECT -> model.direct(id, (int) values[2], (int) values[3]);
            default -> throw new IllegalArgumentException(step.toString());
        };
    }

    private long create(int id, boolean events, int vcpu, int source, int first, int count) {
        boolean isFlags =
                !events || first >= 0 && count >= 1 && first < SynicModel.FLAGS && count <= SynicModel.FLAGS - first;
        if (!isId(id)
                || vcpu < -1
                || vcpu >= machine().vcpus()
                || source < 0
                || source >= SynicModel.SOURCES
                || !isFlags) {
            return INVALID;
        }
        if (model().ports.containsKey(id)) {
            return CONFLICT;
        }
        model().ports.put(id, new SynicModel.Port(model(), id, events, vcpu, source, first, count));
        return 0;
    }

    private long connection(int id, SynicModel.Connection connection) {
        if (!isId(id)) {
            return INVALID;
        }
        if (model().connections.putIfAbsent(id, connection) != null) {
            return CONFLICT;
        }
        held.put(id, connection);
        return 0;
    }

    private SynicModel.@Nullable Port modelPort(int id, boolean events) {
        SynicModel.Port port = model().ports.get(id);
        return port == null || port.events != events ? null : port;
    }

    private long modelPost(int id, int type, byte... payload) {
        SynicModel.Port port = modelPort(id, false);
        if (port == null) {
            return 0x11;
        }
        if (type <= 0 || payload.length > SynicModel.MOST_PAYLOAD) {
            return INVALID;
        }
        int status = model().post(port, type, payload);
        return status | (long) port.waiting << 32;
    }

    private long modelSignal(int id, int flag) {
        return model().signal(modelPort(id, true), flag);
    }

    // What the VMM does when it is reached.

    private SynicStatus really() {
        Reaction plan = plans.poll();
        if (plan == null) {
            return SynicStatus.SUCCESS;
        }
        if (plan.what() == Reaction.ANSWER) {
            return SynicStatus.values()[(int) Long.remainderUnsigned(plan.first(), SynicStatus.values().length)];
        }
        if (plan.what() == Reaction.STORE) {
            machine().store(plan.first(), (int) plan.second());
        } else {
            told.add(tryOut(() -> really(asStep(plan))));
        }
        return SynicStatus.SUCCESS;
    }

    private int modelled() {
        Reaction plan = modelled.poll();
        if (plan == null) {
            return 0;
        }
        if (plan.what() == Reaction.ANSWER) {
            return SynicStatus.values()[(int) Long.remainderUnsigned(plan.first(), SynicStatus.values().length)].code();
        }
        if (plan.what() == Reaction.STORE) {
            machine().storeInModel(plan.first(), (int) plan.second());
        } else {
            expected.add(modelled(asStep(plan)));
        }
        return 0;
    }

    private interface Attempt {
        long run();
    }

    private static long tryOut(Attempt attempt) {
        try {
            return attempt.run();
        } catch (HypervisorException refused) {
            return refused.id() == ErrorId.RESOURCE_CONFLICT ? CONFLICT : INVALID;
        }
    }

    private static Step asStep(Reaction plan) {
        long first = mask(plan.first());
        return switch (plan.what()) {
            case Reaction.POST -> new Step(Step.Kind.POST, 0, first, plan.second(), plan.third(), 7);
            case Reaction.SIGNAL -> new Step(Step.Kind.SIGNAL, 0, first, plan.second());
            case Reaction.CLOSE_PORT -> new Step(Step.Kind.CLOSE_PORT, 0, first);
            case Reaction.DISCONNECT -> new Step(Step.Kind.DISCONNECT, 0, first);
            default -> new Step(Step.Kind.DIRECT, 0, first, plan.second(), plan.third());
        };
    }

    // The model.

    @Override
    public boolean isLost(long page) {
        return machine().isLost(page);
    }

    @Override
    public int received(int connection, int type, byte... payload) {
        expected.add(said(connection, type, payload));
        return modelled();
    }

    @Override
    public void signalled(int connection, int flag) {
        expected.add(connection + " is signalled " + flag);
        modelled();
    }
}
