// The binary form of a message summary.
//
// A summary is written once, when a message arrives, and read for every FETCH, SEARCH, SORT and THREAD of it from then on; a store may hold
// millions. So it is compact, needs no parsing ahead, and is read in place. It is derived data: losing it costs a new reading of the body.
//
//   byte     version (1). A reader refuses what it does not know; the summary is then made again.
//   section* tag byte, varint length, payload. Unknown tags are skipped, so sections can be added without a new version.
//
// Primitives: varint (LEB128), fixed (32 bits, little endian, where a number is filled in later or skipped over), string (varint length,
// bytes), optional (varint length + 1, or 0 for absent), signed (zigzag varint).
//
//   Core     varint flags, size, lines, parts; signed seconds, signed minutes when flags has a date
//   Headers  per field of the message's own header: name (byte 1..n of HeaderNames, or 0 and a string), varint gap since the field before,
//            varint length
//   Search   five strings, folded as SearchText folds: Subject, From, To, Cc, Bcc
//   Sort     byte reply-or-forward; strings: base subject, mailbox of From, To, Cc, display of From, To
//   Threads  optional message id; varint count; that many ids as strings
//   Preview  string
//   Kept     the bytes of those fields that KeptFields names, one after the other; summaries that are older than it lack the section
//   Lines    varint octets that the message lacks to be lines that end with CRLF; older summaries lack the section
//   Parts    the part records in the order of the bytes (the message, then its first part, that part's first part, …)
//
//   part     fixed length of the record, fixed length of the record and all below it; byte kind; byte flags; byte transfer encoding;
//            fixed body length, body lines, decoded size low, high; varint header offset, header length, header lines;
//            string type, subtype; parameters; optional id, description, encoding name, MD5, disposition; parameters; varint count and
//            strings: languages; optional location; for a message (the root or an embedded one) its envelope
//   parameters  varint count; per parameter: byte flags (1: extended), string name, string value in UTF-8, string as on the wire if extended
//   envelope optional date, subject, in-reply-to, message-id; address lists from, sender, reply-to, to, cc, bcc
//   list     varint count; per entry: byte kind; mailbox: optional name, optional route, string mailbox, string host; group start: string name

namespace MailCluster.Mime;

internal static class SummaryLayout
{
    public const byte Version = 1;

    public const byte Core = 1;
    public const byte Headers = 2;
    public const byte Search = 3;
    public const byte Sort = 4;
    public const byte Threads = 5;
    public const byte Preview = 6;
    public const byte Parts = 7;
    public const byte Kept = 8;
    public const byte Lines = 9;

    public const int FlagHasDate = 1;
    public const int FlagCut = 2;
    public const int FlagAttachment = 4;

    public const byte PartIsMessage = 1;
    public const byte PartIsSynthetic = 2;
    public const byte PartHasDecodedSize = 4;
    public const byte PartHasCrlfLines = 8;

    /// <summary>Where the numbers stand that are only known at the end of a part, from the start of its record.</summary>
    public const int SubtreeAt = 4;
    public const int KindAt = 8;
    public const int FlagsAt = 9;
    public const int BodyLengthAt = 11;
    public const int BodyLinesAt = 15;
    public const int DecodedSizeAt = 19;
}
