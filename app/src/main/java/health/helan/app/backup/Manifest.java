package health.helan.app.backup;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a backup says of the state it holds; written last.
 *
 * @param lanes last number of each lane of the change log, by home
 * @param tables checksum of all rows of a table at that moment; tables that were not read as a
 *     whole are left out
 * @param floors least number of each series of the tables kept by number, and of the change log:
 *     smaller ones are gone
 * @param left tables that are kept out, with the reason
 * @param files of the data folder, with SHA-256
 * @param objects number of large contents; -1 in backups of earlier versions, where they lay in a
 *     bucket and were left out
 * @param bucket where they lay; null for the data folder
 */
record Manifest(
    List<Long> lanes,
    Map<String, String> tables,
    Map<String, Map<String, Long>> floors,
    Map<String, String> left,
    Map<String, String> files,
    long objects,
    @Nullable String bucket) {}
