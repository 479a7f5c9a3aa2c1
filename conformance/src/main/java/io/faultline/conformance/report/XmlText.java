/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.report;

import java.io.StringWriter;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/** Builds markup; the JDK's stream writer does the escaping. */
final class XmlText {
    private final StringWriter text = new StringWriter();
    private final XMLStreamWriter writer;

    /** Something that writes markup. */
    @FunctionalInterface
    interface Content {
        void write() throws XMLStreamException;
    }

    XmlText() {
        try {
            writer = XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(text);
        } catch (XMLStreamException impossible) {
            throw new IllegalStateException("cannot write to memory", impossible);
        }
    }

    /** Runs content; writing to memory does not fail. */
    void write(Content content) {
        try {
            content.write();
        } catch (XMLStreamException impossible) {
            throw new IllegalStateException("cannot write to memory", impossible);
        }
    }

    void declaration() {
        text.append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    }

    void doctype() {
        text.append("<!DOCTYPE html>\n");
    }

    /** Writes an element with attributes given as name, value, name, value. */
    void element(String name, Content content, String... attributes) {
        write(() -> {
            writer.writeStartElement(name);
            for (int i = 0; i < attributes.length; i += 2) {
                writer.writeAttribute(attributes[i], PrintableText.of(attributes[i + 1]));
            }
            content.write();
            writer.writeEndElement();
        });
    }

    /** Writes an element that holds text. */
    void leaf(String name, String content, String... attributes) {
        element(name, () -> characters(content), attributes);
    }

    void characters(String content) {
        write(() -> writer.writeCharacters(PrintableText.of(content)));
    }

    void line() {
        write(() -> writer.writeCharacters("\n"));
    }

    @Override
    public String toString() {
        write(writer::flush);
        return text.toString();
    }
}
