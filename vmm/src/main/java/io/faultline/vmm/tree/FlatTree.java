/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.tree;

import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The flattened form of a device tree, version 17 (Devicetree Specification v0.4, chapter 5).
 *
 * @since 0.1
 */
public final class FlatTree {
    private static final int MAGIC = 0xD00D_FEED;
    private static final int VERSION = 17;
    private static final int COMPATIBLE_VERSION = 16;
    private static final int HEADER_BYTES = 40;
    private static final int BEGIN_NODE = 1;
    private static final int END_NODE = 2;
    private static final int PROPERTY = 3;
    private static final int NOP = 4;
    private static final int END = 9;
    private static final int DEEPEST = 64;

    private final ByteArrayOutputStream structure = new ByteArrayOutputStream();
    private final ByteArrayOutputStream strings = new ByteArrayOutputStream();
    private final Map<String, Integer> offsets = new LinkedHashMap<>();

    private FlatTree() {}

    /**
     * Flattens a tree.
     *
     * @param root the root node
     * @return the blob; its boot CPU is number 0 and it reserves no memory
     */
    public static byte[] write(Node root) {
        FlatTree writer = new FlatTree();
        writer.node(root);
        writer.word(END);
        // One empty entry ends the memory reservations.
        int structureOffset = HEADER_BYTES + 16;
        int stringsOffset = structureOffset + writer.structure.size();
        ByteBuffer blob =
                ByteBuffer.allocate(stringsOffset + writer.strings.size()).order(ByteOrder.BIG_ENDIAN);
        blob.putInt(MAGIC)
                .putInt(blob.capacity())
                .putInt(structureOffset)
                .putInt(stringsOffset)
                .putInt(HEADER_BYTES)
                .putInt(VERSION)
                .putInt(COMPATIBLE_VERSION)
                .putInt(0)
                .putInt(writer.strings.size())
                .putInt(writer.structure.size());
        blob.position(structureOffset);
        blob.put(writer.structure.toByteArray()).put(writer.strings.toByteArray());
        return blob.array();
    }

    private void node(Node node) {
        word(BEGIN_NODE);
        text(node.name());
        node.properties().forEach((name, value) -> {
            word(PROPERTY);
            word(value.length);
            word(offset(name));
            padded(value);
        });
        node.children().forEach(this::node);
        word(END_NODE);
    }

    private int offset(String name) {
        return offsets.computeIfAbsent(name, unseen -> {
            int at = strings.size();
            strings.writeBytes((unseen + "\0").getBytes(StandardCharsets.UTF_8));
            return at;
        });
    }

    private void word(int value) {
        structure.writeBytes(
                ByteBuffer.allocate(4).order(ByteOrder.BIG_ENDIAN).putInt(value).array());
    }

    private void text(String value) {
        padded((value + "\0").getBytes(StandardCharsets.UTF_8));
    }

    private void padded(byte[] value) {
        structure.writeBytes(value);
        structure.writeBytes(new byte[-value.length & 3]);
    }

    /**
     * Reads a flattened tree.
     *
     * @param name name for messages
     * @param blob the blob
     * @return the root node
     * @throws HypervisorException with INVALID_IMAGE if the blob is damaged
     */
    public static Node read(String name, byte[] blob) {
        try {
            return new Reader(name, blob).root();
        } catch (IndexOutOfBoundsException | BufferUnderflowException | IllegalArgumentException outside) {
            throw new HypervisorException(
                    ErrorId.INVALID_IMAGE,
                    "the device tree is damaged: it refers to something outside itself",
                    name,
                    "compile it again with dtc",
                    outside);
        }
    }

    private static final class Reader {
        private final String name;
        private final ByteBuffer blob;
        private final int stringsOffset;

        Reader(String name, byte[] bytes) {
            this.name = name;
            blob = ByteBuffer.wrap(bytes).order(ByteOrder.BIG_ENDIAN);
            if (bytes.length < HEADER_BYTES || blob.getInt(0) != MAGIC) {
                throw damaged("it does not begin as one");
            }
            stringsOffset = blob.getInt(12);
            blob.position(blob.getInt(8));
        }

        private HypervisorException damaged(String how) {
            return new HypervisorException(
                    ErrorId.INVALID_IMAGE, "the device tree is damaged: " + how, name, "compile it again with dtc");
        }

        Node root() {
            if (token() != BEGIN_NODE) {
                throw damaged("it has no root node");
            }
            Node root = new Node(text());
            children(root, 0);
            return root;
        }

        private int token() {
            int token;
            do {
                token = blob.getInt();
            } while (token == NOP);
            return token;
        }

        private void children(Node node, int depth) {
            if (depth > DEEPEST) {
                throw damaged("nodes are nested more than " + DEEPEST + " deep");
            }
            for (int token = token(); token != END_NODE; token = token()) {
                if (token == PROPERTY) {
                    int length = blob.getInt();
                    if (length < 0 || length > blob.remaining()) {
                        throw damaged("a property is longer than the tree");
                    }
                    byte[] value = new byte[length];
                    String property = string(blob.getInt());
                    blob.get(value);
                    align();
                    node.bytes(property, value);
                } else if (token == BEGIN_NODE) {
                    children(node.add(text()), depth + 1);
                } else {
                    throw damaged("token " + token + " does not exist");
                }
            }
        }

        private String string(int offset) {
            return terminated(stringsOffset + offset);
        }

        private String text() {
            String value = terminated(blob.position());
            blob.position(blob.position() + value.getBytes(StandardCharsets.ISO_8859_1).length + 1);
            align();
            return value;
        }

        private String terminated(int start) {
            int end = start;
            while (blob.get(end) != 0) {
                end++;
            }
            return new String(blob.array(), start, end - start, StandardCharsets.ISO_8859_1);
        }

        private void align() {
            blob.position(blob.position() + 3 & ~3);
        }
    }
}
