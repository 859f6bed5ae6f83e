using MailCluster.Imap.Wire;
using MailCluster.Mailboxes;

namespace MailCluster.Imap.Responses;

/// <summary>Status lines and their codes (RFC 9051 §7.1).</summary>
internal ref partial struct ResponseWriter
{
    /// <summary>A whole line: <c>tag OK [CODE] text</c>; untagged for a null tag.</summary>
    public void Status(string? tag, ResponseStatus status, string text, ResponseCode code = ResponseCode.None)
    {
        StatusStart(tag, status);
        if (code != ResponseCode.None)
        {
            CodeStart();
            Raw(ResponseWords.Of(code));
            CodeEnd();
        }

        StatusEnd(text);
    }

    /// <summary>The answer to a command that the reader refused.</summary>
    public void Rejected(in Rejection rejection)
    {
        if (rejection.Kind == RejectionKind.BadCharset)
        {
            StatusStart(rejection.Tag, ResponseStatus.No);
            Raw("[BADCHARSET (US-ASCII UTF-8)] "u8);
            StatusEnd(rejection.Text);
            return;
        }

        Status(rejection.Tag, rejection.IsBad ? ResponseStatus.Bad : ResponseStatus.No, rejection.Text, CodeOf(rejection.Kind));
    }

    /// <summary><c>tag OK </c>: a code may follow, then <see cref="StatusEnd"/>.</summary>
    public void StatusStart(string? tag, ResponseStatus status)
    {
        if (tag is null)
            Byte((byte)'*');
        else
            Ascii(tag);
        Space();
        Raw(ResponseWords.Of(status));
        Space();
    }

    public void StatusEnd(string text)
    {
        // resp-text may not be empty (RFC 9051 §9, text).
        if (text.Length == 0)
            Byte((byte)'-');
        else
            Text(text);
        Crlf();
    }

    /// <summary><c>[UIDVALIDITY 7] </c> and others whose argument is one number: UIDNEXT, UNSEEN, HIGHESTMODSEQ.</summary>
    public void CodeNumber(ReadOnlySpan<byte> code, long number)
    {
        CodeStart();
        Raw(code);
        Space();
        Number(number);
        CodeEnd();
    }

    /// <summary><c>[MAILBOXID (F…)] </c> (RFC 8474 §4.1).</summary>
    public void CodeMailboxId(FolderId id)
    {
        Raw("[MAILBOXID ("u8);
        Ascii(id.ToString());
        Raw(")] "u8);
    }

    /// <summary><c>[PERMANENTFLAGS (…)] </c>.</summary>
    public void CodePermanentFlags(IReadOnlyList<string> keywords, bool mayAddKeywords, bool readOnly)
    {
        Raw("[PERMANENTFLAGS "u8);
        if (readOnly)
        {
            Raw("()"u8);
        }
        else
        {
            Open();
            Raw(SystemFlagText.Of((SystemFlags)31));
            for (var i = 0; i < keywords.Count; i++)
            {
                Space();
                Ascii(keywords[i]);
            }

            if (mayAddKeywords)
                Raw(" \\*"u8);
            Close();
        }

        CodeEnd();
    }

    /// <summary><c>[APPENDUID 7 3:4] </c>.</summary>
    public void CodeAppendUid(uint uidValidity, UidSet uids)
    {
        Raw("[APPENDUID "u8);
        Number(uidValidity);
        Space();
        Set(uids);
        CodeEnd();
    }

    /// <summary><c>[COPYUID 7 1:2 3:4] </c>.</summary>
    public void CodeCopyUid(uint uidValidity, UidSet source, UidSet target)
    {
        Raw("[COPYUID "u8);
        Number(uidValidity);
        Space();
        Set(source);
        Space();
        Set(target);
        CodeEnd();
    }

    /// <summary><c>[MODIFIED 7,9] </c> (RFC 7162 §3.1.3): UIDs for UID STORE, otherwise message numbers.</summary>
    public void CodeModified(UidSet numbers)
    {
        Raw("[MODIFIED "u8);
        Set(numbers);
        CodeEnd();
    }

    public void CodeStart() => Byte((byte)'[');

    public void CodeEnd() => Raw("] "u8);

    /// <summary>The code that tells of such a refusal.</summary>
    public static ResponseCode CodeOf(RejectionKind kind) => kind switch
    {
        RejectionKind.Limit => ResponseCode.Limit,
        RejectionKind.LiteralTooBig => ResponseCode.TooBig,
        RejectionKind.BadMailboxName => ResponseCode.Cannot,
        RejectionKind.BadSpecialUse => ResponseCode.UseAttr,
        _ => ResponseCode.None,
    };
}
