package health.helan.foundation.gateway;

import health.helan.foundation.gateway.mapping.Groups;
import health.helan.foundation.gateway.mapping.Node;
import health.helan.foundation.store.Refusal;
import java.util.List;

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

    /** What was odd about reading it. */
    List<Finding> findings();

    /** What a mapping reads, grouped as it says. */
    Node root(Groups groups);
  }
}
