/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
import com.google.inject.AbstractModule;
import com.google.inject.Provider;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import io.faultline.api.spi.BackendConfiguration;
import io.faultline.api.spi.HypervisorBackend;
import io.faultline.api.trace.TraceSink;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.xen.XenBackendProvider;
import io.faultline.backend.xen.XenBackends;
import io.faultline.backend.core.frame.Frame;
import io.faultline.backend.xen.hypercall.HypercallDecoration;
import io.faultline.backend.xen.store.GuestStore;
import io.faultline.vmm.FrozenGuest;
import io.faultline.vmm.GuestConfiguration;
import io.faultline.vmm.GuestConsole;
import io.faultline.vmm.GuestOutcome;
import io.faultline.vmm.GuestState;
import io.faultline.vmm.VirtualMachine;
import io.faultline.vmm.image.ImageFile;
import io.faultline.vmm.image.Ramdisk;
import io.faultline.vmm.paging.SnapshotPageSource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * Runs a guest of the xen backend as a toolstack does: with a hand on its xenstore and its console.
 *
 * <p>{@code Toolstack KERNEL INITRD COMMAND-LINE CPUS CALLS [least] [key=value...]}
 *
 * <p>The guest's console goes to standard output, every hypercall to the file CALLS ({@link Calls}). With {@code least} only
 * those hypercalls are there that a guest cannot do without. The guest asks the toolstack for something by a line on its
 * console, {@code toolstack: VERB ARGUMENT...}; what was done or found goes to standard error. Exit status 0 if the guest has
 * turned its machine off, 2 if it wants it to start again, 1 if it failed or found something that is not so.
 */
final class Toolstack {
    private static final long SLICE = 2_000_000;
    private static final long MOST_INSTRUCTIONS = 6_000_000_000L;
    private static final String ASKED = "toolstack: ";
    /** The first frame of the grant table is this one of the frames that a machine has for its hypervisor. */
    private static final int FIRST_GRANT_FRAME = 4;

    private static final int GRANT_ENTRY_BYTES = 8;
    private static final int PERMIT_ACCESS = 1;

    private final Calls calls;
    private final Map<String, String> settings;
    private final Console console = new Console();
    private final Typist typist = new Typist();
    private Parts parts;
    private boolean moving;
    private boolean failed;

    /** What the toolstack holds of the machine that runs. */
    private static final class Parts extends AbstractModule {
        private final Calls calls;
        private Host host;
        private Provider<GuestStore> store;

        Parts(Calls calls) {
            this.calls = calls;
        }

        /** The first thing that a machine asks for when it is made. A state is tried out on another one before. */
        @Provides
        @Singleton
        HypercallDecoration decoration(Host machine, Provider<GuestStore> ofMachine) {
            if (!machine.isRehearsal()) {
                host = machine;
                store = ofMachine;
            }
            return calls;
        }
    }

    private Toolstack(Calls calls, Map<String, String> settings) {
        this.calls = calls;
        this.settings = settings;
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
            String text = line.toString(StandardCharsets.ISO_8859_1).strip();
            line.reset();
            if (text.startsWith(ASKED)) {
                act(text.substring(ASKED.length()).split(" ", 3));
            }
        }

        @Override
        public void flush() {
            System.out.flush();
        }
    }

    /** Types what the guest has asked for: printable characters whose order says where one is missing. */
    private static final class Typist extends InputStream {
        private static final int CHARACTERS = 89;
        private int next;
        private int end;

        void type(int characters) {
            next = 0;
            end = characters;
        }

        @Override
        public int available() {
            return end - next;
        }

        @Override
        public int read() {
            return next == end ? -1 : ' ' + (next++ + next / CHARACTERS) % CHARACTERS;
        }
    }

    private String path(String relative) {
        GuestStore store = parts.store.get();
        return "/local/domain/" + store.domain() + '/' + relative;
    }

    private void note(String text) {
        System.err.println(ASKED + text);
    }

    private void check(boolean right, String text) {
        failed |= !right;
        note((right ? "found " : "NOT FOUND ") + text);
    }

    /** Called between slices: no vCPU is in a hypercall. */
    private void act(String[] asked) {
        GuestStore store = parts.store.get();
        switch (asked[0]) {
            case "introduce" -> check(store.introduce(), "a guest to whom its xenstore can be introduced");
            case "write" -> {
                store.write(path(asked[1]), asked.length < 3 ? "" : asked[2]);
                note("wrote " + asked[1]);
            }
            case "remove" -> check(store.remove(path(asked[1])), "a node to remove: " + asked[1]);
            case "expect" -> {
                Optional<String> value = store.text(path(asked[1]));
                check(
                        value.equals(Optional.of(asked.length < 3 ? "" : asked[2])),
                        asked[1] + " = " + (asked.length < 3 ? "(empty)" : asked[2]) + ", it is " + value.orElse("not there"));
            }
            case "type" -> typist.type(Integer.parseInt(asked[1]));
            case "grant" -> grant(Integer.parseInt(asked[1]), asked[2]);
            case "move" -> moving = true;
            default -> check(false, "a request called " + asked[0]);
        }
    }

    /** The page behind an entry of the grant table is that of the guest, and other domains see what the guest wrote. */
    private void grant(int reference, String expected) {
        Frame table = new Frame(parts.host.ram(), parts.host.privateFrame(FIRST_GRANT_FRAME));
        long entry = table.load64(reference * GRANT_ENTRY_BYTES);
        long page = entry >>> 32 << 12;
        check((entry & 0xFFFF) % 8 == PERMIT_ACCESS, "entry " + reference + " permits access: 0x" + Long.toHexString(entry));
        check((entry >>> 16 & 0xFFFF) == 0, "entry " + reference + " is for domain 0");
        byte[] text = new byte[expected.length()];
        new Frame(parts.host.ram(), page).read(0, text, 0, text.length);
        String there = new String(text, StandardCharsets.ISO_8859_1);
        check(there.equals(expected), "'" + expected + "' in the granted page 0x" + Long.toHexString(page));
    }

    private HypervisorBackend open() {
        parts = new Parts(calls);
        return XenBackends.open(BackendConfiguration.of(new XenBackendProvider().descriptor(), settings), parts);
    }

    private int run(String kernel, String ramdisk, String commandLine, int cpus) throws IOException {
        GuestConfiguration configuration = GuestConfiguration.of(ImageFile.read(Path.of(kernel), OptionalLong.empty()))
                .vcpus(cpus)
                .ramBytes(256L << 20)
                .maxInstructions(MOST_INSTRUCTIONS)
                .console(console, typist)
                .ramdisk(new Ramdisk(ramdisk, Files.readAllBytes(Path.of(ramdisk))))
                .commandLine(commandLine)
                .build();
        VirtualMachine machine = VirtualMachine.create(open(), configuration);
        long instructions = 0;
        Optional<GuestOutcome> end = Optional.empty();
        while (end.isEmpty()) {
            end = machine.run(SLICE);
            if (moving) {
                instructions += machine.statistics().get("vmm.instructions");
                machine = move(machine);
                moving = false;
            }
        }
        instructions += machine.statistics().get("vmm.instructions");
        note("instructions " + instructions);
        machine.close();
        calls.flush();
        System.out.flush();
        GuestOutcome outcome = end.get();
        note(outcome.message());
        if (failed || outcome instanceof GuestOutcome.Failed || outcome instanceof GuestOutcome.BudgetExhausted) {
            return 1;
        }
        return outcome instanceof GuestOutcome.ResetRequested ? 2 : 0;
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
                new GuestConsole(console, typist),
                TraceSink.NONE);
        from.close();
        note("moved a guest with a state of " + bytes.length + " bytes");
        return to;
    }

    /**
     * Runs a guest.
     *
     * @param arguments see above
     * @throws IOException if a file cannot be read or written
     */
    public static void main(String[] arguments) throws IOException {
        List<String> more = List.of(arguments).subList(5, arguments.length);
        Map<String, String> settings = new TreeMap<>();
        more.stream().filter(text -> text.contains("=")).forEach(text -> {
            String[] parts = text.split("=", 2);
            settings.put(parts[0], parts[1]);
        });
        int status;
        try (PrintWriter log = new PrintWriter(Files.newBufferedWriter(Path.of(arguments[4]), StandardCharsets.UTF_8))) {
            Toolstack toolstack = new Toolstack(new Calls(log, more.contains("least")), settings);
            status = toolstack.run(arguments[0], arguments[1], arguments[2], Integer.parseInt(arguments[3]));
        }
        System.exit(status);
    }
}
