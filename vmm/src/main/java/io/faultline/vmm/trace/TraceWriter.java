/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.trace;

import io.faultline.api.trace.TraceEvent;
import io.faultline.api.trace.TraceSink;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Writes one event per line: virtual nanoseconds, index of the vCPU or {@code -}, name, then {@code field=value} in the
 * order in which the event declares its fields.
 *
 * <p>Addresses, tokens, register values and the numbers of calls and SDEI events are hexadecimal with {@code 0x}; other
 * numbers are decimal. Lines end with a line feed on every system. The same machine, guest and seed give the same text.
 *
 * @since 0.1
 */
public final class TraceWriter implements TraceSink {
    private static final String VCPU = "vcpu";
    private static final Set<String> HEXADECIMAL = Set.of("event", "function");

    private final Writer writer;
    private final Map<Class<?>, List<RecordComponent>> fields = new LinkedHashMap<>();
    private final StringBuilder line = new StringBuilder();

    /**
     * Makes a sink.
     *
     * @param writer takes the text; the caller closes it
     */
    public TraceWriter(Writer writer) {
        this.writer = Objects.requireNonNull(writer, "writer");
    }

    @Override
    public void emit(long nanos, TraceEvent event) {
        line.setLength(0);
        line.append(nanos).append(' ');
        List<RecordComponent> components = fields.computeIfAbsent(event.getClass(), TraceWriter::fieldsOf);
        int vcpu = line.length();
        line.append('-').append(' ').append(event.name());
        for (RecordComponent component : components) {
            Object value = value(component, event);
            if (!component.getName().equals(VCPU)) {
                line.append(' ').append(component.getName()).append('=').append(text(component.getName(), value));
            } else if (!value.equals(-1)) {
                line.replace(vcpu, vcpu + 1, value.toString());
            }
        }
        line.append('\n');
        try {
            writer.append(line);
        } catch (IOException e) {
            throw new UncheckedIOException("the trace cannot be written", e);
        }
    }

    private static List<RecordComponent> fieldsOf(Class<?> event) {
        return new ArrayList<>(List.of(event.getRecordComponents()));
    }

    private static Object value(RecordComponent component, TraceEvent event) {
        try {
            return component.getAccessor().invoke(event);
        } catch (ReflectiveOperationException impossible) {
            // Events are public records of an exported package, and their accessors only return.
            throw new IllegalStateException(impossible);
        }
    }

    private static String text(String field, Object value) {
        if (value instanceof Long number) {
            return "0x" + Long.toHexString(number);
        }
        if (value instanceof Integer number && HEXADECIMAL.contains(field)) {
            return "0x" + Integer.toHexString(number);
        }
        // A blank would look like the end of the field.
        return value.toString().replace(' ', '_');
    }
}
