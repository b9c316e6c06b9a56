package health.helan.foundation.onboarding;

import health.helan.foundation.gateway.CodeTranslation;
import health.helan.foundation.gateway.Gateway;
import health.helan.foundation.gateway.Settings;
import health.helan.foundation.gateway.cda.Cda;
import health.helan.foundation.gateway.hl7v2.Hl7v2;
import health.helan.foundation.gateway.table.Table;
import health.helan.foundation.store.AccessPolicy;
import health.helan.foundation.store.AuditSink;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.ContentCodec;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.Retention;
import health.helan.foundation.store.StoreConfig;
import health.helan.foundation.store.changes.ChangeLog;
import health.helan.foundation.store.index.Digests;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Where integrators try out: a store and a gateway of its own in the schema {@code sandbox} of the
 * same database, with the platform's own policy, mappings and validation, and made-up residents for
 * each applicant (docs/adr/0070). Nothing in it reaches the records, and nothing of the records is
 * in it. Opened when it is first needed, so that a platform without applicants pays nothing.
 */
public final class Sandbox implements AutoCloseable {
  public static final String SCHEMA = "sandbox";

  private static final Logger LOG = LoggerFactory.getLogger(Sandbox.class);

  /** Nothing but counts follows the sandbox's own log. */
  private static final ChangeLog.Settings OWN_LOG =
      new ChangeLog.Settings(10_000, 2_000, 60_000, 60_000, 1_000, 300_000);

  private static final Retention OWN_RETENTION =
      new Retention(Duration.ofDays(1), Duration.ofDays(1), Duration.ofHours(1));

  /** Fewer at once than of the records' gateway: trying out must not crowd out what is real. */
  private static final Settings OWN_GATEWAY =
      new Settings(
          16,
          2,
          Settings.DEFAULT.patience(),
          Duration.ofDays(30),
          Settings.DEFAULT.refresh(),
          Settings.DEFAULT.sweep());

  /**
   * What it is made with.
   *
   * @param connections to the schema {@link #SCHEMA} alone; closed with the sandbox
   * @param digests of the records: the sandbox's index key is derived, never the same
   * @param policy a new one for each call
   * @param listeners opens the MLLP listeners of its gateway
   * @param residents made-up resources for a new applicant, with {@code urn:uuid} references
   */
  public record Parts(
      Supplier<DataSource> connections,
      Digests digests,
      Supplier<AccessPolicy> policy,
      ContentCodec codec,
      AuditSink audit,
      Function<Gateway, AutoCloseable> listeners,
      Supplier<List<Resident>> residents,
      String version,
      Clock clock) {}

  /** A made-up resource and what others refer to it by. */
  public record Resident(String fullUrl, ObjectNode resource) {}

  /** The open sandbox. */
  public record Open(
      DataSource pool, RecordStore store, Gateway gateway, AutoCloseable listeners) {}

  private final Parts parts;
  private final Witness witness;
  private volatile @Nullable Open open;
  private boolean closed;

  public Sandbox(Parts parts, Witness witness) {
    this.parts = parts;
    this.witness = witness;
  }

  /**
   * Opens it if it is not.
   *
   * @throws Refusal TRANSIENT if it cannot be opened for now
   */
  public Open open() {
    Open there = open;
    return there == null ? opened() : there;
  }

  private synchronized Open opened() {
    Open there = open;
    if (there != null) {
      return there;
    }
    if (closed) {
      throw new Refusal(Refusal.Kind.TRANSIENT, "store.stopping");
    }
    DataSource pool = parts.connections.get();
    RecordStore store = null;
    try {
      ContentCodec codec = alreadyOpen(parts.codec);
      store =
          RecordStore.openBeside(
              pool,
              new StoreConfig(
                  key(),
                  UUID.randomUUID().toString(),
                  parts.version,
                  parts.policy.get(),
                  true,
                  codec),
              OWN_LOG,
              OWN_RETENTION,
              SCHEMA);
      Gateway gateway =
          Gateway.open(
              store,
              pool,
              codec,
              parts.audit,
              CodeTranslation.NONE,
              List.of(new Hl7v2(), new Cda(), new Table()),
              OWN_GATEWAY,
              parts.clock);
      gateway.follow((accepted, receipt) -> witness.message(gateway, accepted, receipt));
      there = new Open(pool, store, gateway, parts.listeners.apply(gateway));
      open = there;
      LOG.info("The sandbox for integrators is open");
      return there;
    } catch (RuntimeException e) {
      if (store != null) {
        store.close();
      }
      close(pool);
      LOG.error("The sandbox cannot be opened", e);
      throw new Refusal(Refusal.Kind.TRANSIENT, "onboarding.sandbox-closed");
    }
  }

  /** Another than the records': a digest found in one says nothing about the other. */
  private byte[] key() {
    ByteBuffer key = ByteBuffer.allocate(32);
    for (int i = 0; i < 4; i++) {
      key.putLong(parts.digests.of("sandbox-index-key|" + i));
    }
    return key.array();
  }

  /** Of which the keys' table lies with the records. */
  private static ContentCodec alreadyOpen(ContentCodec codec) {
    return new ContentCodec() {
      @Override
      public Encoded encode(Place place, byte[] json) {
        return codec.encode(place, json);
      }

      @Override
      public byte[] decode(Place place, short codecId, short keyId, byte[] content) {
        return codec.decode(place, codecId, keyId, content);
      }
    };
  }

  /**
   * Gives an applicant its made-up institution and residents, once. They belong to that institution
   * alone: two applicants do not see what the other tries.
   */
  void furnish(Onboarding onboarding) {
    if (isFurnished(onboarding)) {
      return;
    }
    RecordStore store = open().store();
    String tenant = onboarding.tenant();
    var writes = new ArrayList<Interaction>();
    for (Resident each : parts.residents.get()) {
      String patient = each.resource().path("subject").path("reference").asString("");
      if (patient.isEmpty()) {
        patient = each.resource().path("patient").path("reference").asString("");
      }
      writes.add(
          new Interaction.Create(
              each.resource().path("resourceType").asString(),
              Interaction.Body.of(each.resource()),
              null,
              each.fullUrl(),
              patient.isEmpty() ? null : patient));
    }
    var asTenant =
        new Caller("sandbox", Caller.Role.SYSTEM, tenant, Set.of(), "", Caller.Binding.NONE);
    store.transact(asTenant, writes, Set.of(), "sandbox-residents/" + onboarding.id());
    ObjectNode organization = Json.MAPPER.createObjectNode().put("resourceType", "Organization");
    organization.put("id", tenant);
    organization.put("active", true);
    organization.put("name", onboarding.application().organization().name() + "（沙箱）");
    store.write(
        Caller.platform("sandbox"),
        new Interaction.Update(
            "Organization",
            tenant,
            null,
            Interaction.Body.of(organization),
            null,
            false,
            null,
            null));
  }

  /** The institution is written last: it says that all is there. */
  boolean isFurnished(Onboarding onboarding) {
    try {
      open().store().read(Caller.platform("sandbox"), "Organization", onboarding.tenant());
      return true;
    } catch (Refusal absent) {
      if (absent.kind() == Refusal.Kind.NOT_FOUND) {
        return false;
      }
      throw absent;
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    Open there = open;
    open = null;
    if (there != null) {
      close(there.listeners());
      there.gateway().close();
      there.store().close();
      close(there.pool());
    }
  }

  private static void close(Object part) {
    if (part instanceof AutoCloseable closeable) {
      try {
        closeable.close();
      } catch (Exception e) {
        LOG.warn("A part of the sandbox did not close", e);
      }
    }
  }
}
