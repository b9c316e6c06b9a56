/**
 * Where large bytes live: Binary, attachments, later DICOM. Their metadata are resources in the
 * record store; here are streams under keys, in a folder or in an S3-compatible store.
 */
@NullMarked
package health.helan.foundation.store.objects;

import org.jspecify.annotations.NullMarked;
