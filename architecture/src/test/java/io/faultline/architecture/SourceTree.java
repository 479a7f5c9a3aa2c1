/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.architecture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/**
 * The modules that a root POM lists, and what lies in them.
 *
 * @param root folder of the root POM
 */
record SourceTree(Path root) {

    /** The tree this test was built from: Surefire tells every test the folder of its module. */
    static SourceTree ours() {
        Path root = Path.of(System.getProperty("basedir", ".")).toAbsolutePath().getParent();
        if (!Files.isRegularFile(root.resolve("architecture/pom.xml"))) {
            throw new IllegalStateException(root + " is not the root of Faultline; run this test with the folder"
                    + " architecture as working directory, as Maven does");
        }
        return new SourceTree(root);
    }

    /**
     * Every module of the default build, this one included, in the order of the root POM. What only a profile adds
     * (the benchmarks) is neither shipped nor compiled when these tests run.
     */
    List<Module> modules() {
        List<Module> modules = new ArrayList<>();
        Document pom = parse(root.resolve("pom.xml"));
        NodeList names = pom.getElementsByTagName("module");
        for (int i = 0; i < names.getLength(); i++) {
            Node list = names.item(i).getParentNode();
            if (list.getParentNode() == pom.getDocumentElement()) {
                modules.add(
                        new Module(root.resolve(names.item(i).getTextContent().strip())));
            }
        }
        return modules;
    }

    /** The modules that users get: all but the tests of the architecture. */
    List<Module> shippedModules() {
        return modules().stream()
                .filter(module -> !module.name().equals("architecture"))
                .toList();
    }

    static Document parse(Path xml) {
        try {
            return DocumentBuilderFactory.newDefaultInstance()
                    .newDocumentBuilder()
                    .parse(xml.toFile());
        } catch (IOException problem) {
            throw new UncheckedIOException(problem);
        } catch (ParserConfigurationException | SAXException problem) {
            throw new IllegalStateException(xml + " is not XML", problem);
        }
    }

    /**
     * One module.
     *
     * @param folder its folder
     */
    record Module(Path folder) {

        String name() {
            return folder.getFileName().toString();
        }

        Path classes() {
            return folder.resolve("target/classes");
        }

        Path reports() {
            return folder.resolve("target/surefire-reports");
        }

        List<Path> mainSources() {
            return files("src/main/java", name -> name.endsWith(".java"));
        }

        List<Path> testSources() {
            return files("src/test/java", name -> name.endsWith(".java"));
        }

        /** Class files, without the descriptors of the module and of its packages. */
        List<Path> classFiles() {
            return files(
                    "target/classes",
                    name -> name.endsWith(".class")
                            && !name.equals("module-info.class")
                            && !name.equals("package-info.class"));
        }

        /** A property of the module's own POM, or a default when it sets none. */
        String property(String name, String unset) {
            NodeList blocks = parse(folder.resolve("pom.xml")).getElementsByTagName("properties");
            for (int i = 0; i < blocks.getLength(); i++) {
                NodeList values = ((Element) blocks.item(i)).getElementsByTagName(name);
                if (values.getLength() > 0) {
                    return values.item(0).getTextContent().strip();
                }
            }
            return unset;
        }

        private List<Path> files(String below, Predicate<String> wanted) {
            Path start = folder.resolve(below);
            if (!Files.isDirectory(start)) {
                return List.of();
            }
            try (Stream<Path> all = Files.walk(start)) {
                return all.filter(Files::isRegularFile)
                        .filter(file -> wanted.test(file.getFileName().toString()))
                        .sorted()
                        .toList();
            } catch (IOException problem) {
                throw new UncheckedIOException(problem);
            }
        }
    }
}
