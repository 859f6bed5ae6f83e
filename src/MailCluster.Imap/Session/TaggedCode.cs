using MailCluster.Imap.Responses;
using MailCluster.Mailboxes;

namespace MailCluster.Imap.Session;

/// <summary>A response code with an argument, for the tagged line.</summary>
internal abstract record TaggedCode
{
    /// <summary>Writes the code with its brackets and the space behind.</summary>
    public abstract void Write(scoped ref ResponseWriter writer);
}

/// <summary>RFC 9051 §7.1, APPENDUID.</summary>
internal sealed record AppendUidCode(AppendResult Result) : TaggedCode
{
    public override void Write(scoped ref ResponseWriter writer) => writer.CodeAppendUid(Result.UidValidity, Result.Uids);
}

/// <summary>RFC 9051 §7.1, COPYUID.</summary>
internal sealed record CopyUidCode(CopyResult Result) : TaggedCode
{
    public override void Write(scoped ref ResponseWriter writer) => writer.CodeCopyUid(Result.UidValidity, Result.SourceUids, Result.TargetUids);
}

/// <summary>RFC 7162 §3.1.3, MODIFIED.</summary>
internal sealed record ModifiedCode(UidSet Numbers) : TaggedCode
{
    public override void Write(scoped ref ResponseWriter writer) => writer.CodeModified(Numbers);
}

/// <summary>RFC 7162 §3.1.2.1, HIGHESTMODSEQ.</summary>
internal sealed record HighestModSeqCode(ModSeq ModSeq) : TaggedCode
{
    public override void Write(scoped ref ResponseWriter writer) => writer.CodeNumber("HIGHESTMODSEQ"u8, ModSeq.Value);
}

/// <summary>RFC 5464 §5: METADATA LONGENTRIES, MAXSIZE, TOOMANY.</summary>
internal sealed record MetadataCode(string Word, int? Number = null) : TaggedCode
{
    public override void Write(scoped ref ResponseWriter writer) => writer.CodeMetadata(Word, Number);
}

/// <summary>RFC 8474 §4.2, MAILBOXID.</summary>
internal sealed record MailboxIdCode(FolderId Id) : TaggedCode
{
    public override void Write(scoped ref ResponseWriter writer) => writer.CodeMailboxId(Id);
}

/// <summary>RFC 9051 §7.1, CAPABILITY: what the session may use from now on.</summary>
internal sealed record CapabilityCode(ImapSession Session) : TaggedCode
{
    public override void Write(scoped ref ResponseWriter writer)
    {
        writer.CodeStart();
        ImapCapabilities.Write(ref writer, Session);
        writer.CodeEnd();
    }
}
