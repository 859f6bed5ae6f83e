using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace MailCluster.Auth.Drivers.Pam;

/// <summary>How a conversation ended.</summary>
internal enum PamOutcome
{
    Success,
    Mismatch,
    UnknownUser,
    Expired,
    Failure,
}

/// <summary>libpam of Debian's <c>libpam0g</c>.</summary>
internal static unsafe partial class LibPam
{
    public const string Library = "libpam.so.0";
    public const string DebianPackage = "libpam0g";

    // _pam_types.h
    private const int Success = 0;
    private const int PermissionDenied = 6;
    private const int AuthenticationError = 7;
    private const int CredentialsInsufficient = 8;
    private const int UserUnknown = 10;
    private const int MaxTries = 11;
    private const int NewTokenRequired = 12;
    private const int AccountExpired = 13;
    private const int BufferError = 5;
    private const int ConversationError = 19;
    private const int ItemTty = 3;
    private const int ItemRemoteHost = 4;
    private const int PromptEchoOff = 1;
    private const int PromptEchoOn = 2;
    private const int Silent = 0x8000;

    /// <summary>Asks the service about a password and then about the account; null: about the account only.</summary>
    /// <param name="options">The service.</param>
    /// <param name="user">The user.</param>
    /// <param name="password">The password's octets, or null.</param>
    /// <param name="remoteHost">The client's address, for modules with rules about that; or empty.</param>
    /// <param name="problem">What PAM said of a failure.</param>
    public static PamOutcome Ask(PamOptions options, string user, byte[]? password, string remoteHost, out string problem)
    {
        problem = "";
        var name = Encoding.UTF8.GetBytes(user + '\0');
        var secret = new byte[(password?.Length ?? 0) + 1];
        password?.CopyTo(secret, 0);
        fixed (byte* namePointer = name, secretPointer = secret)
        {
            var answers = new Answers { User = namePointer, Password = secretPointer };
            var conversation = new Conversation { Talk = &Talk, Data = &answers };
            nint handle = 0;
            var code = options.ConfigDirectory is { } directory
                ? pam_start_confdir(options.Service, user, &conversation, directory, &handle)
                : pam_start(options.Service, user, &conversation, &handle);
            if (code != Success)
            {
                problem = $"the service {options.Service} cannot be started ({code})";
                Array.Clear(secret);
                return PamOutcome.Failure;
            }

            try
            {
                SetItem(handle, ItemTty, "mailcluster");
                if (remoteHost.Length > 0) SetItem(handle, ItemRemoteHost, remoteHost);
                if (password is not null) code = pam_authenticate(handle, Silent);
                if (code == Success) code = pam_acct_mgmt(handle, Silent);
                problem = code == Success ? "" : $"{Marshal.PtrToStringUTF8((nint)pam_strerror(handle, code))} ({code})";
                return Map(code);
            }
            finally
            {
                _ = pam_end(handle, code);
                Array.Clear(secret);
            }
        }
    }

    private static PamOutcome Map(int code) => code switch
    {
        Success => PamOutcome.Success,
        AuthenticationError or PermissionDenied or CredentialsInsufficient or MaxTries => PamOutcome.Mismatch,
        UserUnknown => PamOutcome.UnknownUser,
        NewTokenRequired or AccountExpired => PamOutcome.Expired,
        _ => PamOutcome.Failure,
    };

    private static void SetItem(nint handle, int item, string value)
    {
        fixed (byte* text = Encoding.UTF8.GetBytes(value + '\0')) _ = pam_set_item(handle, item, text);
    }

    /// <summary>Answers a module's questions: the password where nothing is echoed, the name where it is, nothing to what it only tells.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Talk(int count, Message** messages, Response** responses, Answers* answers)
    {
        if (count is <= 0 or > 32) return ConversationError;
        // The module frees what it gets with free(): AllocZeroed is calloc here.
        var given = (Response*)NativeMemory.AllocZeroed((nuint)count, (nuint)sizeof(Response));
        if (given is null) return BufferError;
        for (var i = 0; i < count; i++)
        {
            given[i].Text = messages[i]->Style switch
            {
                PromptEchoOff => Copy(answers->Password),
                PromptEchoOn => Copy(answers->User),
                _ => null,
            };
        }

        *responses = given;
        return Success;
    }

    private static byte* Copy(byte* text)
    {
        var source = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text);
        var copy = (byte*)NativeMemory.AllocZeroed((nuint)source.Length + 1);
        source.CopyTo(new Span<byte>(copy, source.Length));
        return copy;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Answers
    {
        public byte* User;
        public byte* Password;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Message
    {
        public int Style;
        public byte* Text;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Response
    {
        public byte* Text;
        public int Code;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Conversation
    {
        public delegate* unmanaged[Cdecl]<int, Message**, Response**, Answers*, int> Talk;
        public Answers* Data;
    }

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int pam_start(string service, string user, Conversation* conversation, nint* handle);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int pam_start_confdir(string service, string user, Conversation* conversation, string directory, nint* handle);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int pam_set_item(nint handle, int item, byte* value);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int pam_authenticate(nint handle, int flags);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int pam_acct_mgmt(nint handle, int flags);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int pam_end(nint handle, int status);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial byte* pam_strerror(nint handle, int code);
}
