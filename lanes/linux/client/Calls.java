/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
import io.faultline.backend.xen.hypercall.Caller;
import io.faultline.backend.xen.hypercall.Hypercall;
import io.faultline.backend.xen.hypercall.HypercallDecoration;
import io.faultline.backend.xen.hypercall.XenError;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Writes down every hypercall of a guest, one a line: {@code vCPU call arguments = result}, and {@code -> field=value} for
 * what the hypervisor wrote into the guest's structure. Equal lines that follow each other are one, with a count.
 */
final class Calls implements HypercallDecoration {
    private static final int MEMORY_OP = 12;
    private static final int MOST_BYTES = 32;
    /** The only call of which it matters whether the vCPU that it names is on (XEN-180). */
    private static final String INIT_CONTROL = "32.11";

    /** One field of a structure: where it is, its size in bytes, and whether the hypervisor writes it. */
    private record Field(String name, int offset, int bytes, boolean written) {
        String text(byte[] structure) {
            long value = 0;
            for (int i = bytes - 1; i >= 0; i--) {
                value = value << 8 | structure[offset + i] & 0xFF;
            }
            return name + '=' + (bytes == 8 ? "0x" + Long.toHexString(value) : Long.toString(value));
        }
    }

    /** A call: which argument is the address of its structure, and which others are to be seen. */
    private record Shape(String name, int structureAt, List<Integer> plain, int bytes, List<Field> fields) {}

    /** Number and command to call; -1 stands for a call without commands. */
    private static final Map<String, Shape> SHAPES = new TreeMap<>();

    /** What a guest cannot do without (XEN-175). */
    private static final Set<String> LEAST = Set.of("17.6", "12.7", "24.10", "24.5", "29.2");

    static {
        shape(12, 7, "add_to_physmap", 1, List.of(), 24, "space:4:4 idx:8:8 gfn:16:8");
        shape(12, 1, "decrease_reservation", 1, List.of(), 32, "extents:8:8 order:16:4");
        shape(12, 6, "populate_physmap", 1, List.of(), 32, "extents:8:8 order:16:4");
        shape(17, 6, "get_features", 1, List.of(), 8, "idx:0:4 submap:4:4:out");
        shape(18, 0, "console_io.write", -1, List.of(1), 0, "");
        shape(20, 6, "gnttab_query_size", 1, List.of(2), 16, "frames:4:4:out most:8:4:out status:12:2:out");
        shape(20, 8, "gnttab_set_version", 1, List.of(2), 4, "version:0:4 now:0:4:out");
        shape(21, 0, "vm_assist.enable", -1, List.of(1), 0, "");
        shape(24, 5, "register_runstate", -1, List.of(1), 0, "");
        shape(24, 10, "register_vcpu_info", 2, List.of(1), 16, "gfn:0:8 offset:8:4");
        shape(29, 0, "yield", -1, List.of(), 0, "");
        shape(29, 2, "shutdown", 1, List.of(), 4, "reason:0:4");
        shape(32, 0, "bind_interdomain", 1, List.of(), 12, "remote:0:2 remote_port:4:4 port:8:4:out");
        shape(32, 3, "close", 1, List.of(), 4, "port:0:4");
        shape(32, 4, "send", 1, List.of(), 4, "port:0:4");
        // A program asks for all ports, one by one.
        shape(32, 5, "status", -1, List.of(), 0, "");
        shape(32, 6, "alloc_unbound", 1, List.of(), 8, "remote:2:2 port:4:4:out");
        shape(32, 8, "bind_vcpu", 1, List.of(), 8, "port:0:4 vcpu:4:4");
        shape(32, 9, "unmask", 1, List.of(), 4, "port:0:4");
        shape(32, 11, "init_control", 1, List.of(), 24, "gfn:0:8 offset:8:4 vcpu:12:4 link_bits:16:1:out");
        shape(32, 12, "expand_array", 1, List.of(), 8, "gfn:0:8");
        shape(32, 13, "set_priority", 1, List.of(), 8, "port:0:4 priority:4:4");
        shape(34, 1, "get_param", 1, List.of(), 16, "index:4:4 value:8:8:out");
    }

    private final PrintWriter log;
    private final boolean leastOnly;
    private String last = "";
    private long repeats;

    Calls(PrintWriter log, boolean leastOnly) {
        this.log = log;
        this.leastOnly = leastOnly;
    }

    private static void shape(
            int number, int command, String name, int structureAt, List<Integer> plain, int bytes, String fields) {
        List<Field> list = fields.isEmpty()
                ? List.of()
                : java.util.Arrays.stream(fields.split(" ")).map(Calls::field).toList();
        SHAPES.put(number + "." + command, new Shape(name, structureAt, plain, bytes, list));
    }

    private static Field field(String text) {
        String[] parts = text.split(":");
        return new Field(parts[0], Integer.parseInt(parts[1]), Integer.parseInt(parts[2]), parts.length > 3);
    }

    @Override
    public Hypercall decorate(int number, Hypercall call) {
        return caller -> call(number, call, caller);
    }

    private long call(int number, Hypercall call, Caller caller) {
        long first = caller.argument(0);
        // The commands of memory_op share a register with the progress of a long call.
        String key = number + "." + (number == MEMORY_OP ? first & 63 : (int) first);
        if (leastOnly && !LEAST.contains(key)) {
            note(caller.vcpu() + " " + key + " refused");
            return -XenError.ENOSYS;
        }
        Shape shape = SHAPES.get(key);
        if (shape == null) {
            long result = call.call(caller);
            note(caller.vcpu() + " " + key + " = " + result);
            return result;
        }
        StringBuilder line = new StringBuilder().append(caller.vcpu()).append(' ').append(shape.name());
        for (int argument : shape.plain()) {
            line.append(' ').append(caller.argument(argument));
        }
        byte[] structure = new byte[MOST_BYTES];
        long address = shape.structureAt() < 0 ? 0 : caller.argument(shape.structureAt());
        boolean readable = caller.read(address, structure, 0, shape.bytes());
        if (readable) {
            shape.fields().stream()
                    .filter(field -> !field.written())
                    .forEach(field -> line.append(' ').append(field.text(structure)));
        }
        if (key.equals(INIT_CONTROL) && readable) {
            line.append(caller.processor().host().vcpu(structure[12]).isOn() ? " on" : " off");
        }
        long result = call.call(caller);
        line.append(" = ").append(result);
        if (readable && shape.fields().stream().anyMatch(Field::written) && caller.read(address, structure, 0, shape.bytes())) {
            line.append(" ->");
            shape.fields().stream()
                    .filter(Field::written)
                    .forEach(field -> line.append(' ').append(field.text(structure)));
        }
        note(line.toString());
        return result;
    }

    private void note(String line) {
        if (line.equals(last)) {
            repeats++;
            return;
        }
        flush();
        last = line;
        repeats = 1;
    }

    /** Writes what is still to be counted. */
    void flush() {
        if (repeats > 0) {
            log.println(repeats == 1 ? last : last + " x" + repeats);
        }
        repeats = 0;
        last = "";
        log.flush();
    }
}
