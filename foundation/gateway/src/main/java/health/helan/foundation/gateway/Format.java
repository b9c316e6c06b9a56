package health.helan.foundation.gateway;

import health.helan.foundation.gateway.mapping.Columns;
import health.helan.foundation.gateway.mapping.Groups;
import health.helan.foundation.gateway.mapping.Mapping;
import health.helan.foundation.gateway.mapping.Node;
import health.helan.foundation.gateway.mapping.Plan;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Refusal;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A format that messages come in: how bytes are read. Thread-safe. */
public interface Format {
  /** {@code hl7v2}; part of the journal and of mappings' headers. */
  String name();

  /**
   * Reads one message.
   *
   * @throws Refusal with the reason, when it is none
   */
  Read read(byte[] bytes, Feed feed);

  /** True when bytes look like one of these, for those that lie within other messages. */
  default boolean isOne(byte[] bytes) {
    return true;
  }

  /**
   * Resources that need no mapping: as planned, found again by their identifiers; or as the sender
   * asks for each.
   *
   * @param conditionalReferences references by search in them ({@code Patient?identifier=…})
   */
  record Transaction(
      List<Plan> plans, List<Interaction> interactions, Set<String> conditionalReferences) {}

  /** A message that could be read. Used by one thread at a time. */
  interface Read {
    /** What mappings are chosen by: {@code ADT^A01}. */
    String type();

    /** The sender's number of it; empty for none. */
    String controlId();

    /**
     * Names the patient within the institution: messages with the same key keep their order. Empty
     * when it is about no one patient.
     */
    String patientKey();

    /**
     * How confidential the sender says it is, as a code of {@code v3-Confidentiality} ({@code R},
     * {@code V}); empty for no more than usual. What is made of it carries the same label.
     */
    default String confidentiality() {
      return "";
    }

    /** What was odd about reading it. */
    List<Finding> findings();

    /** What a mapping reads, grouped as it says. */
    Node root(Groups groups);

    /** As {@link #root(Groups)}, for formats whose mappings declare columns. */
    default Node root(Groups groups, Columns columns) {
      return root(groups);
    }

    /** True for a file of many messages, which are taken one by one. */
    default boolean isContainer() {
      return false;
    }

    /**
     * The messages of a container, in their order.
     *
     * @param id of the file in the journal, by which they name it
     * @throws Refusal when the mapping does not fit the file
     */
    default Iterator<byte[]> parts(String id, Mapping mapping) {
      throw new IllegalStateException(type());
    }

    /**
     * What it asks for where it needs no mapping: resources that come as such (FHIR). Null for what
     * is mapped.
     */
    default @Nullable Transaction transaction() {
      return null;
    }
  }
}
