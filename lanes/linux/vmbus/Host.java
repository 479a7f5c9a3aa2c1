/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
import io.faultline.api.machine.Machine;
import io.faultline.api.machine.MachinePlan;
import io.faultline.api.spi.BackendConfiguration;
import io.faultline.api.spi.HypervisorBackend;
import io.faultline.api.synic.MessagePort;
import io.faultline.api.synic.MessageReceiver;
import io.faultline.api.synic.SynicStatus;
import io.faultline.api.synic.SyntheticInterrupts;
import io.faultline.api.trace.TraceSink;
import io.faultline.backend.hyperv.HypervBackendProvider;
import io.faultline.vmm.FrozenGuest;
import io.faultline.vmm.GuestConfiguration;
import io.faultline.vmm.GuestConsole;
import io.faultline.vmm.GuestOutcome;
import io.faultline.vmm.GuestState;
import io.faultline.vmm.VirtualMachine;
import io.faultline.vmm.image.ImageFile;
import io.faultline.vmm.image.Ramdisk;
import io.faultline.vmm.paging.SnapshotPageSource;
import io.faultline.vmm.vmbus.VmbusConfiguration.Presence;
import io.faultline.vmm.vmbus.VmbusConfiguration.Refusal;
import io.faultline.vmm.vmbus.VmbusConfiguration;
import io.faultline.vmm.vmbus.VmbusVersion;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Runs a guest of the hyperv backend that has a channel on its VMBus, as a host that can do more than {@code faultline run}: it
 * moves the guest to another machine whenever it says {@code host: move} on its console, and its pages follow one by one.
 *
 * <p>{@code Host KERNEL INITRD COMMAND-LINE CPUS TYPE [nameless] [short] [former]}
 *
 * <p>With {@code nameless} the FADT does not name the hypervisor. With {@code short} each message of the bus has others before
 * it that are too short for what they say, or of a type that there is not. With {@code former} there was another kernel
 * before, which was connected to the bus and has not left it.
 *
 * <p>The guest's console goes to standard output; to standard error go how long each state is, and the counters, of all
 * machines together. Exit status 0 if the guest has turned its machine off.
 */
final class Host {
    private static final long SLICE = 200_000;
    private static final long MOST_INSTRUCTIONS = 6_000_000_000L;
    private static final int HEADER = 8;
    private static final String ASKED = "host: move";

    private final Console console = new Console();
    private final SortedMap<String, Long> counters = new TreeMap<>();
    private final Set<String> wishes;
    private final int cpus;
    private boolean moving;

    private Host(int cpus, Set<String> wishes) {
        this.cpus = cpus;
        this.wishes = wishes;
    }

    /** Standard output, and an eye on its lines. */
    private final class Console extends OutputStream {
        private final ByteArrayOutputStream line = new ByteArrayOutputStream();

        @Override
        public void write(int b) {
            System.out.write(b);
            if (b != '\n') {
                line.write(b);
                return;
            }
            moving |= line.toString(StandardCharsets.ISO_8859_1).strip().equals(ASKED);
            line.reset();
        }

        @Override
        public void flush() {
            System.out.flush();
        }
    }

    private HypervisorBackend open() {
        HypervBackendProvider provider = new HypervBackendProvider();
        HypervisorBackend backend = provider.open(BackendConfiguration.of(provider.descriptor(), Map.of()));
        return wishes.isEmpty() ? backend : changed(HypervisorBackend.class, backend);
    }

    /** What a method gives, or something of the same kind instead. */
    private <T> T changed(Class<T> kind, T original) {
        return kind.cast(Proxy.newProxyInstance(kind.getClassLoader(), new Class<?>[] {kind}, (self, method, arguments) -> {
            if (method.getName().equals("post")) {
                nonsense((MessagePort) original, (byte[]) arguments[1]);
            }
            if (method.getName().equals("connect") && arguments[1] instanceof MessageReceiver bus) {
                arguments[1] = (MessageReceiver) (type, payload) -> {
                    former(bus);
                    return bus.received(type, payload);
                };
            }
            Object result;
            try {
                result = method.invoke(original, arguments);
            } catch (InvocationTargetException thrown) {
                throw thrown.getCause();
            }
            return switch (method.getName()) {
                case "plan" -> changed(MachinePlan.class, (MachinePlan) result);
                case "build" -> changed(Machine.class, (Machine) result);
                case "acpiIdentity" -> wishes.contains("nameless") ? Optional.empty() : result;
                case "syntheticInterrupts" -> ((Optional<?>) result)
                        .map(synic -> changed(SyntheticInterrupts.class, (SyntheticInterrupts) synic));
                case "createMessagePort" -> changed(MessagePort.class, (MessagePort) result);
                case "messagePort" -> ((Optional<?>) result).map(port -> changed(MessagePort.class, (MessagePort) port));
                default -> result;
            };
        }));
    }

    /** What another kernel has done: contact for 5.3 by the last vCPU, offers asked for, half a list of pages. */
    private void former(MessageReceiver bus) {
        if (wishes.contains("former") && counters.putIfAbsent("former", 3L) == null) {
            ByteBuffer contact = message(14, 40).putInt(8, VmbusVersion.V5_3.code()).putInt(12, cpus - 1).putInt(16, 2);
            ByteBuffer pages = message(8, 36).putInt(8, 1).putInt(12, 1).putShort(16, (short) 800).putShort(18, (short) 1);
            for (ByteBuffer each : List.of(contact, message(3, HEADER), pages)) {
                SynicStatus status = bus.received(1, each.array());
                if (status != SynicStatus.SUCCESS) {
                    throw new IllegalStateException("the kernel before was answered " + status);
                }
            }
        }
    }

    private static ByteBuffer message(int type, int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(0, type);
    }

    /** The header of a message alone, half of it, and a type that Linux does not know. */
    private void nonsense(MessagePort port, byte[] message) {
        if (wishes.contains("short") && message.length > HEADER) {
            port.post(1, Arrays.copyOf(message, HEADER));
            port.post(1, Arrays.copyOf(message, HEADER / 2));
            byte[] unknown = new byte[HEADER];
            unknown[0] = 99;
            port.post(1, unknown);
            counters.merge("nonsense", 3L, Long::sum);
        }
    }

    /** Each machine counts from 0. */
    private void count(VirtualMachine machine) {
        machine.statistics().forEach((name, count) -> {
            counters.merge(name, count, Long::sum);
        });
    }

    private GuestOutcome run(String[] arguments) throws IOException {
        GuestConfiguration configuration = GuestConfiguration.of(
                        ImageFile.read(Path.of(arguments[0]), OptionalLong.empty()))
                .vcpus(cpus)
                .ramBytes(256L << 20)
                .maxInstructions(MOST_INSTRUCTIONS)
                .console(console, InputStream.nullInputStream())
                .ramdisk(new Ramdisk(arguments[1], Files.readAllBytes(Path.of(arguments[1]))))
                .commandLine(arguments[2])
                .acpi()
                .vmbus(new VmbusConfiguration(
                        Presence.REQUIRED,
                        1,
                        UUID.fromString(arguments[4]),
                        EnumSet.allOf(VmbusVersion.class),
                        Refusal.ANSWER))
                .build();
        VirtualMachine machine = VirtualMachine.create(open(), configuration);
        Optional<GuestOutcome> end = Optional.empty();
        while (end.isEmpty()) {
            end = machine.run(SLICE);
            if (moving && end.isEmpty()) {
                moving = false;
                count(machine);
                machine = move(machine);
            }
        }
        count(machine);
        machine.close();
        return end.get();
    }

    /** The guest goes on in another machine of another backend, to which only bytes get across. */
    private VirtualMachine move(VirtualMachine from) {
        FrozenGuest frozen = from.freeze();
        byte[] bytes = frozen.state().toBytes();
        VirtualMachine to = VirtualMachine.restore(
                open(),
                GuestState.fromBytes(bytes),
                frozen.pages().pages(),
                new SnapshotPageSource(frozen.pages(), 10_000),
                new GuestConsole(console, InputStream.nullInputStream()),
                TraceSink.NONE);
        from.close();
        System.err.println("moved a guest with a state of " + bytes.length + " bytes");
        return to;
    }

    /**
     * Runs a guest.
     *
     * @param arguments see above
     * @throws IOException if a file cannot be read
     */
    public static void main(String[] arguments) throws IOException {
        Host host = new Host(
                Integer.parseInt(arguments[3]), Set.copyOf(List.of(arguments).subList(5, arguments.length)));
        GuestOutcome outcome = host.run(arguments);
        System.out.flush();
        host.counters.forEach((name, count) -> System.err.println(name + " " + count));
        System.err.println(outcome.message());
        System.exit(outcome instanceof GuestOutcome.PoweredOff ? 0 : 1);
    }
}
