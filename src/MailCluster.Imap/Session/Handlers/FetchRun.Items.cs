using MailCluster.Imap.Commands;
using MailCluster.Imap.Responses;
using MailCluster.Mailboxes;
using MailCluster.Mime;

namespace MailCluster.Imap.Session.Handlers;

/// <summary>
/// The items that come from the index and from the summary (RFC 9051 §7.5.2). Each is written with a space before it, but for the first.
/// </summary>
internal sealed partial class FetchRun
{
    private bool _first;

    private void WriteStart(scoped ref ResponseWriter writer, int position)
    {
        writer.Raw("* "u8);
        writer.Number(position + 1);
        writer.Raw(" FETCH ("u8);
        _first = true;
    }

    private void Name(scoped ref ResponseWriter writer, ReadOnlySpan<byte> name)
    {
        writer.Raw(_first ? name[1..] : name);
        _first = false;
    }

    private void WriteRow(scoped ref ResponseWriter writer, in IndexChunk chunk, int row)
    {
        if (plan.Has(FetchAttributes.Uid))
        {
            Name(ref writer, " UID "u8);
            writer.Number(chunk.Uids[row]);
        }

        var becameSeen = !plan.BecameSeen.IsEmpty && plan.BecameSeen.Contains(chunk.Uids[row]);
        if (becameSeen || plan.Has(FetchAttributes.Flags))
        {
            Name(ref writer, " FLAGS "u8);
            var flags = becameSeen ? chunk.Flags[row] | SystemFlags.Seen : chunk.Flags[row];
            writer.Flags(flags, _keywords, chunk.KeywordSets[row], output.IsRecent(chunk.Uids[row]));
        }

        if (plan.Has(FetchAttributes.ModSeq))
        {
            Name(ref writer, " MODSEQ ("u8);
            writer.Number(chunk.ModSeqs[row].Value);
            writer.Close();
        }

        const FetchAttributes FromFacts = FetchAttributes.InternalDate | FetchAttributes.Rfc822Size | FetchAttributes.EmailId
            | FetchAttributes.ThreadId | FetchAttributes.SaveDate;
        if (plan.Has(FromFacts))
            WriteFacts(ref writer, chunk.Facts[row]);
    }

    private void WriteFacts(scoped ref ResponseWriter writer, in MessageFacts facts)
    {
        if (plan.Has(FetchAttributes.InternalDate))
        {
            Name(ref writer, " INTERNALDATE "u8);
            writer.DateTime(facts.InternalDate);
        }

        if (plan.Has(FetchAttributes.Rfc822Size))
        {
            Name(ref writer, " RFC822.SIZE "u8);
            writer.Number(facts.Size);
        }

        if (plan.Has(FetchAttributes.SaveDate))
        {
            Name(ref writer, " SAVEDATE "u8);
            writer.DateTimeUtc(facts.SaveDate);
        }

        if (plan.Has(FetchAttributes.EmailId))
        {
            Name(ref writer, " EMAILID ("u8);
            writer.EmailId(facts.EmailId);
            writer.Close();
        }

        if (plan.Has(FetchAttributes.ThreadId))
            Name(ref writer, " THREADID NIL"u8);
    }

    private void WriteSummary(scoped ref ResponseWriter writer, scoped in MessageSummary summary)
    {
        if (plan.Has(FetchAttributes.Envelope))
        {
            Name(ref writer, " ENVELOPE "u8);
            EnvelopeWriter.Write(ref writer, summary.Envelope);
        }

        if (plan.Has(FetchAttributes.Body))
        {
            Name(ref writer, " BODY "u8);
            BodyStructureWriter.Write(ref writer, summary.Root, extended: false);
        }

        if (plan.Has(FetchAttributes.BodyStructure))
        {
            Name(ref writer, " BODYSTRUCTURE "u8);
            BodyStructureWriter.Write(ref writer, summary.Root, extended: true);
        }

        if (plan.Has(FetchAttributes.Preview))
        {
            Name(ref writer, " PREVIEW "u8);
            writer.String(summary.Preview);
        }
    }
}
